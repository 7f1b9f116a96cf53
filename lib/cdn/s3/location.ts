import { VideoToolsetError } from '../../errors.ts';

/** Where an address like `s3://bucket/prefix?region=&endpoint=&pathStyle=` leads. */
export interface S3Location {
  bucket: string;
  /** Stands before every key: empty, or ending in a slash. */
  root: string;
  region?: string;
  endpoint?: string;
  pathStyle: boolean;
}

export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

const PARAMETERS = ['region', 'endpoint', 'pathStyle'];

/** A key may have 900 bytes, a name in S3 1,024: the prefix gets what is left. */
const MAX_ROOT_BYTES = 120;

/** @throws VideoToolsetError `invalid_configuration`, which never repeats a value that may be a secret */
export function s3LocationOf(url: URL): S3Location {
  if (url.username !== '' || url.password !== '') {
    throw invalid(
      'it holds credentials',
      'Take them out of it, and give them to the AWS SDK: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile.',
    );
  }
  if (!/^[\w.-]{3,255}$/.test(url.hostname) || url.port !== '' || url.hash !== '') throw invalid('it names no bucket');
  for (const name of new Set(url.searchParams.keys())) {
    if (!PARAMETERS.includes(name)) throw invalid(`the parameter ${JSON.stringify(name)} is not known`);
    if (url.searchParams.getAll(name).length > 1) throw invalid(`the parameter ${name} stands there twice`);
  }
  const region = url.searchParams.get('region') || undefined;
  if (region !== undefined && !/^[\w-]+$/.test(region)) throw invalid('its region is not the name of a region');
  const endpoint = endpointOf(url.searchParams.get('endpoint') || undefined);
  return {
    bucket: url.hostname,
    root: rootOf(url.pathname),
    pathStyle: pathStyleOf(url.searchParams.get('pathStyle') || undefined) ?? endpoint !== undefined,
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
  };
}

function rootOf(pathname: string): string {
  const parts = decoded(pathname)
    .normalize('NFC')
    .replace(/^\/+|\/+$/g, '')
    .split('/');
  if (parts.length === 1 && parts[0] === '') return '';
  const root = `${parts.join('/')}/`;
  const isSafe = parts.every((part) => part !== '' && !part.startsWith('.') && !/[\p{Cc}\\]/u.test(part));
  if (!isSafe || Buffer.byteLength(root) > MAX_ROOT_BYTES) {
    throw invalid(`its prefix has an empty or hidden part, or more than ${MAX_ROOT_BYTES} bytes`);
  }
  return root;
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    throw invalid('its prefix is not well encoded');
  }
}

function endpointOf(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol)) throw invalid('its endpoint is not an http(s) address');
  if (url.username !== '' || url.password !== '') throw invalid('its endpoint holds credentials');
  if (url.search !== '' || url.hash !== '') throw invalid('its endpoint has more than an origin and a path');
  return url.href;
}

function pathStyleOf(value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (value !== 'true' && value !== 'false') throw invalid('pathStyle is neither true nor false');
  return value === 'true';
}

function invalid(what: string, next_step?: string): VideoToolsetError {
  return new VideoToolsetError(
    'invalid_configuration',
    `The address of the S3 CDN (cdn, CDN_URL) cannot be used: ${what}.`,
    {
      next_step:
        next_step ?? 'Write it as s3://bucket/prefix?region=&endpoint=&pathStyle=, the last three where needed.',
    },
  );
}
