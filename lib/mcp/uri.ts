const PREFIX = 'video-toolset://workspace/';

/** Of what a resource's address may say, as the protocol lists it. */
export const URI_TEMPLATE = `${PREFIX}{+path}{?offset,length}`;

/** The address of a file, by its path in the workspace. */
export function uriOf(path: string): string {
  return PREFIX + path.split('/').map(encodeURIComponent).join('/');
}

export interface FilePart {
  /** As it is written: the workspace decides whether it may be read. */
  path: string;
  offset?: number;
  length?: number;
}

/** Undefined for an address that is none of ours. */
export function partOf(uri: string): FilePart | undefined {
  if (!uri.startsWith(PREFIX)) return undefined;
  const [name = '', query = '', ...rest] = uri.slice(PREFIX.length).split('?');
  const parameters = new URLSearchParams(query);
  const isKnown = [...parameters].every(([key, value]) => /^(offset|length)$/.test(key) && /^\d{1,15}$/.test(value));
  if (!isKnown || rest.length > 0) return undefined;
  const [offset, length] = [parameters.get('offset'), parameters.get('length')];
  try {
    return {
      path: name.split('/').map(decodeURIComponent).join('/'),
      ...(offset !== null && { offset: Number(offset) }),
      ...(length !== null && { length: Number(length) }),
    };
  } catch {
    return undefined;
  }
}
