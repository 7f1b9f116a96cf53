import { createReadStream } from 'node:fs';

/**
 * The lines of a text file, which end with LF, CRLF or CR, and with nothing else: what a text editor shows in one line is
 * one, also with a line separator of Unicode in it, which `node:readline` takes for an end.
 */
export async function* fileLines(location: string): AsyncGenerator<string> {
  let rest = '';
  let isCut = false;
  for await (const chunk of createReadStream(location, 'utf8')) {
    // A CR may belong to an LF that comes with the next chunk.
    const text: string = (isCut ? '\r' : '') + chunk;
    isCut = text.endsWith('\r');
    const [first = '', ...others] = (isCut ? text.slice(0, -1) : text).split(/\r\n|\r|\n/);
    rest += first;
    for (const line of others) {
      yield rest;
      rest = line;
    }
  }
  if (rest !== '' || isCut) yield rest;
}
