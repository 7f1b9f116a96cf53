import { hostContract } from './contract.ts';
import { mcpHttpHost } from './mcpHost.ts';

for (const era of ['2025', '2026'] as const) hostContract(mcpHttpHost(era));
