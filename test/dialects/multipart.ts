export interface Part {
  name: string;
  filename?: string;
  contentType?: string;
  bytes: Buffer;
}

/** The parts of a `multipart/form-data` body, as they lay on the wire; undefined for any other body. */
export function parseMultipart(contentType: string | undefined, body: Buffer): Part[] | undefined {
  const boundary = /^multipart\/form-data;.*\bboundary="?([^";]+)"?/i.exec(contentType ?? '')?.[1];
  if (boundary === undefined) return undefined;
  const separator = Buffer.from(`\r\n--${boundary}`);
  const whole = Buffer.concat([Buffer.from('\r\n'), body]);
  const parts: Part[] = [];
  let start = whole.indexOf(separator);
  while (start !== -1) {
    const end = whole.indexOf(separator, start + separator.length);
    if (end === -1) break;
    // After the boundary comes a line break of two bytes.
    parts.push(parsePart(whole.subarray(start + separator.length + 2, end)));
    start = end;
  }
  return parts;
}

function parsePart(part: Buffer): Part {
  const gap = part.indexOf('\r\n\r\n');
  const head = part.subarray(0, gap).toString('utf8');
  const filename = /filename="([^"]*)"/i.exec(head)?.[1];
  const contentType = /^content-type:\s*(.+)$/im.exec(head)?.[1]?.trim();
  return {
    name: /[^e]name="([^"]*)"/i.exec(head)?.[1] ?? '',
    ...(filename !== undefined && { filename }),
    ...(contentType !== undefined && { contentType }),
    bytes: part.subarray(gap + 4),
  };
}
