import { hostContract } from './contract.ts';
import { mcpStdioHost } from './mcpHost.ts';

for (const era of ['2025', '2026'] as const) hostContract(mcpStdioHost(era));
