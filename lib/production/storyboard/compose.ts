import { createHash } from 'node:crypto';
import type { PlannedShot, ShotLink, ShotRequest } from '../../../types/storyboard.ts';
import { meant } from './problems.ts';
import { LONGEST_PROMPT, type ShotDefaults, type WrittenShot } from './schema.ts';
import { fill } from './template.ts';

const LINKS = ['continue_from', 'extends', 'remix_of'] as const satisfies readonly ShotLink[];
/** What a clip that is made of another one takes over from it. */
const INHERITED = ['size', 'model', 'input_reference', 'fit', 'characters'] as const;

/** A shot with its template filled in, or what is wrong with it; `at` is the property that is. */
export type Composed = { shot: PlannedShot } | { problem: string; at?: string };

/** @param id as it is called, also where it was given no name */
export function compose(written: WrittenShot, id: string, defaults: ShotDefaults): Composed {
  const links = LINKS.filter((link) => written[link] !== undefined);
  const [link] = links;
  if (links.length > 1)
    return { problem: `it has ${links.join(' and ')}, and there can be one of them`, at: links[1] ?? id };
  const text = promptOf(written, id, defaults);
  if ('problem' in text) return text;
  const wrong = wronglySet(written, link);
  if (wrong !== undefined) return wrong;
  const seconds = link === 'remix_of' ? undefined : (written.seconds ?? defaults.seconds);
  if (link === 'extends' && seconds === undefined)
    return { problem: 'it needs seconds: how much longer is it made?', at: 'extends' };
  const own = link === 'extends' || link === 'remix_of' ? {} : createFields(written, defaults, link);
  const source = link && { link, shot: String(written[link]) };
  const wanted = { prompt: text.prompt, ...(seconds !== undefined && { seconds: String(seconds) }), ...own };
  return { shot: { id, request: { ...wanted, ...(source && { source }) }, hash: hashOf(wanted) } };
}

/** Of what is asked for, but for its source. @param picture the hash of the bytes that it names */
export function hashOf({ source: _, ...request }: ShotRequest, picture?: string): string {
  return createHash('sha256')
    .update(JSON.stringify([request, picture]))
    .digest('hex');
}

function promptOf(
  written: WrittenShot,
  id: string,
  defaults: ShotDefaults,
): { prompt: string } | { problem: string; at?: string } {
  const { prompt } = written;
  if (prompt !== undefined && written.template !== undefined)
    return { problem: 'it has a prompt and a template, and there can be one of them', at: 'template' };
  if (prompt !== undefined) return { prompt };
  const template = written.template ?? defaults.template;
  if (template === undefined) return { problem: 'it has no prompt, and there is no template in defaults' };
  const variables = { ...defaults.variables, id, ...written.variables };
  const { text, missing } = fill(template, variables, LONGEST_PROMPT);
  const [unknown] = missing;
  const at = { ...(written.template !== undefined && { at: 'template' }) };
  if (text.length > LONGEST_PROMPT)
    return { problem: `its template makes a prompt of more than ${LONGEST_PROMPT} characters`, ...at };
  if (unknown === undefined) return { prompt: text };
  const names = Object.keys(variables);
  return {
    problem: `its template names {${unknown}}, which has no value${meant(unknown, names)}; a brace is written {{`,
    ...at,
  };
}

function wronglySet(written: WrittenShot, link: ShotLink | undefined): { problem: string; at: string } | undefined {
  if (link === undefined) return undefined;
  if (link === 'continue_from') {
    if (written.input_reference === undefined) return undefined;
    return {
      problem: 'with continue_from its first frame is given: it takes no input_reference',
      at: 'input_reference',
    };
  }
  const inherited = [...INHERITED, ...(link === 'remix_of' ? (['seconds'] as const) : [])];
  const at = inherited.find((name) => written[name] !== undefined);
  return at && { problem: `with ${link} its ${at} is that of the other shot`, at };
}

function createFields(
  written: WrittenShot,
  defaults: ShotDefaults,
  link: ShotLink | undefined,
): Omit<ShotRequest, 'prompt'> {
  const { size, model, fit, characters, input_reference } = { ...defaults, ...written };
  return {
    ...(size !== undefined && { size }),
    ...(model !== undefined && { model }),
    ...(fit !== undefined && { fit }),
    ...(characters !== undefined && { characters }),
    ...(input_reference !== undefined && link === undefined && { input_reference }),
  };
}
