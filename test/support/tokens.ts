import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import type { HostToolDefinition } from '../../lib/host/ToolSet.ts';

/** What the definition of a tool takes of a model's attention at every turn, in tokens of o200k. */
export function tokensOf({ name, description, parameters }: HostToolDefinition): number {
  return encode(JSON.stringify({ name, description, parameters })).length;
}

/** What the definitions of a preset may take together. */
export const TOKEN_AIMS = { produce: 900, chain: undefined, readonly: undefined, all: 2_600 } as const;
