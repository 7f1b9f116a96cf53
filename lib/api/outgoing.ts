import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FormData } from 'undici';
import type { Multipart } from './multipart.ts';

const CHUNK_BYTES = 64 * 1024;

export type RequestBody = { json: unknown } | { form: FormData } | { multipart: Multipart };

export interface Outgoing {
  headers: Record<string, string>;
  stream: Readable;
  /** Was there a connection that any of it could go out on? */
  readonly isBegun: boolean;
}

/**
 * A body as a stream of small pieces, each of which is asked for when the ones before it went out: so it is seen whether a
 * slow line still flows, when the last byte went out, and whether there was ever a connection.
 * @param mayGoOn asked before each piece; what it throws ends the request unfinished
 */
export function outgoingOf(body: RequestBody, onMove: () => void, mayGoOn: () => void = () => undefined): Outgoing {
  const { headers, open } = encoded(body);
  let isBegun = false;
  const pieces = async function* () {
    isBegun = true;
    onMove();
    for await (const chunk of open()) {
      for (let start = 0; start < chunk.length; start += CHUNK_BYTES) {
        mayGoOn();
        yield chunk.subarray(start, start + CHUNK_BYTES);
        onMove();
      }
    }
  };
  return {
    headers,
    stream: Readable.from(pieces(), { objectMode: false, highWaterMark: 1 }),
    get isBegun() {
      return isBegun;
    },
  };
}

interface Encoded {
  headers: Record<string, string>;
  open(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

function encoded(body: RequestBody): Encoded {
  const named = (type: string, bytes: number) => ({ 'content-type': type, 'content-length': String(bytes) });
  if ('multipart' in body) {
    const { contentType, contentLength, open } = body.multipart;
    return { headers: named(contentType, contentLength), open };
  }
  if ('form' in body) {
    const blob = formBlob(body.form);
    return { headers: named(blob.type, blob.size), open: () => blob.stream() };
  }
  const json = Buffer.from(JSON.stringify(body.json));
  return { headers: named('application/json', json.length), open: () => [json] };
}

/** A form as one Blob: its length is known, and its files stream from where they are. */
function formBlob(form: FormData): Blob {
  const boundary = `video-toolset-${randomUUID()}`;
  const parts: (string | Blob)[] = [];
  for (const [name, value] of form) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"`;
    if (typeof value === 'string') parts.push(`${head}\r\n\r\n${value.replace(/\r?\n|\r/g, '\r\n')}\r\n`);
    else {
      const type = value.type || 'application/octet-stream';
      parts.push(`${head}; filename="${quoted(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`, value, '\r\n');
    }
  }
  parts.push(`--${boundary}--\r\n`);
  return new Blob(parts, { type: `multipart/form-data; boundary=${boundary}` });
}

/** As the HTML standard has it. */
function quoted(text: string): string {
  return text.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22');
}
