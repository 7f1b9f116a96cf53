import type { Recipe, RecipeChange, RecipeSegment, Revision } from '../engine.ts';
import { changesOf, planSegmentPalette } from './changes.ts';
import { READ_CHARACTERS, readExcluded, readWords } from './words.ts';

const TEXT_WORDS = [
  'caption',
  'text',
  'title',
  'subtitle',
  'label',
  'says',
  'saying',
  'reads',
  'reading',
  'words',
  'write',
];
const QUOTED = /["“«„]([^"”»“]{1,300})["”»]|(?<![\p{L}\p{N}])['‘]((?:[^'’]|['’](?=\p{L})){1,300})['’](?!\p{L})/u;
/** More of a caption cannot be shown. */
const CAPTION_CHARACTERS = 600;

/** The recipe of a remix, an edit or an extension: all that the new prompt does not name is drawn as before. */
export function reviseRecipe(recipe: Recipe, revision: Revision): Recipe {
  const change = { kind: revision.kind, prompt: revision.prompt.slice(0, READ_CHARACTERS) };
  const segments = recipe.segments.map((segment, index) => ({ ...segment, changes: changesOf(recipe, index) }));
  const changed =
    revision.kind === 'extension'
      ? [...segments, extension(revision, [...(segments.at(-1)?.changes ?? []), change])]
      : segments.map((segment) => revised(segment, change));
  const next = { ...recipe, segments: changed };
  return {
    ...recipe,
    segments: changed.map((segment, index) =>
      segment.changes.length === 0 ? segment : { ...segment, palette: planSegmentPalette(next, index) },
    ),
  };
}

type ChangedSegment = RecipeSegment & { changes: RecipeChange[] };

function extension({ prompt, seconds }: { prompt: string; seconds: number }, changes: RecipeChange[]): ChangedSegment {
  return { prompt, seconds, changes };
}

function revised(segment: ChangedSegment, change: RecipeChange): ChangedSegment {
  const caption =
    change.kind === 'remix'
      ? { text: change.prompt.slice(0, CAPTION_CHARACTERS) }
      : editedCaption(segment.caption ?? { text: segment.prompt.slice(0, CAPTION_CHARACTERS) }, change.prompt);
  return { ...segment, changes: [...segment.changes, change], caption };
}

/** Below the prompt stands what was edited, unless the edit asks for a text of its own or for none. */
function editedCaption(before: { text: string; note?: string }, prompt: string): { text: string; note?: string } {
  if (readExcluded(prompt).has(['caption', 'text', 'title', 'subtitle'])) return { text: '' };
  const [, double, single] = QUOTED.exec(prompt) ?? [];
  const quoted = double ?? single;
  if (quoted !== undefined && readWords(prompt).has(TEXT_WORDS)) return { text: quoted };
  const note = before.note === undefined ? prompt : `${before.note} → ${prompt}`;
  return { text: before.text, note: note.slice(-CAPTION_CHARACTERS) };
}
