import { createVideoToolset } from '../../lib/index.ts';
import { TOKEN_AIMS, tokensOf } from '../support/tokens.ts';
import type { Figure } from './figure.ts';

/** What the tools take of a model's attention, at every turn. */
export async function* benchTools(): AsyncGenerator<Figure> {
  for (const preset of ['produce', 'chain', 'readonly', 'all'] as const) {
    const tools = createVideoToolset({ tools: preset });
    const sum = tools.reduce((total, tool) => total + tokensOf(tool), 0);
    const aim = TOKEN_AIMS[preset];
    yield {
      what: `tokens of the ${tools.length} tools of the preset ${preset} (o200k)`,
      value: String(sum),
      ...(aim !== undefined && { aim: `at most ${aim}` }),
    };
  }
}
