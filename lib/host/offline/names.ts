/** What a request calls by its name. */
export interface Names {
  /** Paths of the workspace, or addresses. */
  pictures: string[];
  videos: string[];
  /** Ids of jobs and keys of clips. */
  jobs: string[];
  characters: string[];
}

/** A request whose names are marks, so that no word within one is read as part of the request. */
export interface NamedRequest extends Names {
  text: string;
  /** The text with its names again, as far as it is told what is to be seen. */
  restore(text: string): string;
}

/** A mark is one character of the private use area: which list it is of, and where in it. */
const MARKS = { pictures: 0xe000, videos: 0xe100, jobs: 0xe200, characters: 0xe300 } as const;
const MOST_OF_A_KIND = 200;

export const PICTURE = '[\\uE000-\\uE0FF]';
export const VIDEO = '[\\uE100-\\uE1FF]';
export const JOB = '[\\uE200-\\uE2FF]';
export const CHARACTER = '[\\uE300-\\uE3FF]';

const file = (suffixes: string) =>
  new RegExp(
    `["“‘'\`][^"”’'\`\\n]{1,200}\\.(?:${suffixes})["”’'\`]|(?:https?:\\/\\/)?[^\\s"'“”‘’\`,;()]{1,200}\\.(?:${suffixes})\\b`,
    'gi',
  );
const PATTERNS = {
  pictures: file('png|jpe?g|webp'),
  videos: file('mp4|m4v|mov|webm|mkv'),
  characters: /\b(?=\w*\d)char_\w{2,80}/gi,
  /** Of the servers whose ids have a form of their own; any other id is known from what a tool returned. */
  jobs: /\b(?:video_(?=[\w-]*\d)[\w-]{2,200}|clip-[0-9a-f]{12}(?:-\d+)?|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/gi,
} as const;

/** @param knownIds of jobs that results told of, whatever their form */
export function readNames(request: string, knownIds: readonly string[] = []): NamedRequest {
  const names: Names = { pictures: [], videos: [], jobs: [], characters: [] };
  // Long gaps would make every pattern slow.
  let text = request
    .replace(/[\uE000-\uE3FF]/g, ' ')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/\s*\n\s*/g, '\n');
  const take = (kind: keyof Names, pattern: RegExp) => {
    text = text.replace(pattern, (found) => {
      if (names[kind].length >= MOST_OF_A_KIND) return found;
      return markOf(kind, names[kind].push(found.replace(/^["“‘'`]|["”’'`]$/g, '')) - 1);
    });
  };
  for (const kind of ['pictures', 'videos', 'jobs', 'characters'] as const) take(kind, PATTERNS[kind]);
  for (const id of knownIds.slice(-MOST_OF_A_KIND)) take('jobs', wholeWord(id));
  return {
    ...names,
    text,
    restore: (marked) =>
      marked.replace(/[\uE000-\uE3FF]/g, (mark) => {
        const code = mark.charCodeAt(0);
        // A file's name is not to be seen in a clip.
        return code < MARKS.videos ? 'the first frame' : (nameOf(code, names) ?? '');
      }),
  };
}

/** The names of a kind that a part of the text holds, in its order. */
export function namesIn(part: string, kind: keyof Names, names: Names): string[] {
  const codes = Array.from(part, (character) => character.charCodeAt(0));
  return codes
    .filter((code) => code >= MARKS[kind] && code < MARKS[kind] + 0x100)
    .flatMap((code) => names[kind][code - MARKS[kind]] ?? []);
}

function markOf(kind: keyof Names, index: number): string {
  return String.fromCharCode(MARKS[kind] + index);
}

function nameOf(code: number, names: Names): string | undefined {
  const kinds = ['videos', 'jobs', 'characters'] as const;
  const kind = kinds.findLast((candidate) => code >= MARKS[candidate]);
  return kind && names[kind][code - MARKS[kind]];
}

function wholeWord(id: string): RegExp {
  return new RegExp(`(?<![\\w-])${id.replace(/[^\w\s]/g, '\\$&')}(?![\\w-])`, 'g');
}
