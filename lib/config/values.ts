import { validateHeaderName, validateHeaderValue } from 'node:http';
import { VideoToolsetError } from '../errors.ts';
import { type OptionName, VARIABLES } from './variables.ts';

export function wrong(name: OptionName, problem: string): VideoToolsetError {
  return new VideoToolsetError('invalid_configuration', `Option ${name} (${VARIABLES[name]}): ${problem}.`, {
    next_step: `Set ${VARIABLES[name]}, or the option ${name}, to a valid value or leave it out.`,
  });
}

export function baseUrlOf(value: unknown): string | undefined {
  const url = httpUrl('baseUrl', value);
  if (url === undefined) return undefined;
  const { username, password } = new URL(url);
  if (/[?#]/.test(url))
    throw wrong('baseUrl', 'a query or fragment does not belong here; set query (VIDEO_QUERY) instead');
  if (username || password)
    throw wrong('baseUrl', 'a user or password does not belong here; set apiKey (VIDEO_API_KEY)');
  return url.endsWith('/v1') ? url : `${url}/v1`;
}

export function httpUrl(name: OptionName, value: unknown): string | undefined {
  const address = text(name, value);
  if (address === undefined) return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw wrong(name, 'it must be an address that begins with http:// or https://');
  return address.replace(/\/+$/, '');
}

export function text(name: OptionName, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.trim() === '') throw wrong(name, 'it must be a text that is not empty');
  return value.trim();
}

/** What cannot be a header's value would only fail when a request is made, where it looks like a failure of the network. */
export function headerText(name: OptionName, value: unknown): string | undefined {
  const given = text(name, value);
  if (given !== undefined && !isHeader('authorization', given)) {
    throw wrong(name, 'it holds characters that cannot be sent in a header');
  }
  return given;
}

/** A secret that nobody guesses. */
export function tokenOf(name: OptionName, value: unknown): string | undefined {
  const token = headerText(name, value);
  if (token !== undefined && !/^\S{16,}$/.test(token)) {
    throw wrong(name, 'it must be at least 16 characters without blanks, such as `openssl rand -hex 32` prints them');
  }
  return token;
}

/** Several of them, apart by commas. */
export function tokensOf(name: OptionName, value: unknown): string[] | undefined {
  const tokens = headerText(name, value)
    ?.split(',')
    .map((token) => tokenOf(name, token));
  return tokens?.filter((token) => token !== undefined);
}

export function headersOf(value: unknown): Record<string, string> {
  const headers = stringRecord('headers', value);
  const unusable = Object.entries(headers).find(([header, content]) => !isHeader(header, content));
  if (unusable !== undefined) throw wrong('headers', `${JSON.stringify(unusable[0])} cannot be sent as a header`);
  return headers;
}

function isHeader(header: string, content: string): boolean {
  try {
    validateHeaderName(header);
    validateHeaderValue(header, content);
    return true;
  } catch {
    return false;
  }
}

export function milliseconds(name: OptionName, value: unknown): number {
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 1 || number > 2 ** 31 - 1) {
    throw wrong(name, `it must be a whole number of milliseconds from 1 to 2147483647, not ${JSON.stringify(value)}`);
  }
  return number;
}

/** An amount of money, time or jobs: zero or more. */
export function amount(name: OptionName, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number) || number < 0)
    throw wrong(name, `it must be a number, zero or more, not ${JSON.stringify(value)}`);
  return number;
}

/** An amount that must not be nothing. */
export function positive(name: OptionName, value: unknown): number | undefined {
  const number = amount(name, value);
  if (number === 0) throw wrong(name, 'it must be a number above zero');
  return number;
}

export function pricesOf(value: unknown): Record<string, number> {
  const prices = recordOf('prices', value);
  for (const [model, price] of Object.entries(prices)) {
    if (amount('prices', price) !== price)
      throw wrong('prices', `the price of ${JSON.stringify(model)} must be a number`);
  }
  return Object.fromEntries(Object.entries(prices).map(([model, price]) => [model, Number(price)]));
}

/** A JSON object, as a text or as it is. */
export function recordOf(name: OptionName, value: unknown): Record<string, unknown> {
  if (value === undefined) return {};
  const record = typeof value === 'string' ? parseJson(name, value) : value;
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    throw wrong(name, 'it must be a JSON object');
  return { ...record };
}

export function switchOf(name: OptionName, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  return oneOf(name, value, ['1', '0', 'true', 'false']).replace('true', '1') === '1';
}

export function oneOf<const Choice extends string>(
  name: OptionName,
  value: unknown,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw wrong(name, `it must be one of ${choices.join(', ')}, not ${JSON.stringify(value)}`);
  return choice;
}

export function stringRecord(name: OptionName, value: unknown): Record<string, string> {
  if (value === undefined) return {};
  const record = typeof value === 'string' ? parseJson(name, value) : value;
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    throw wrong(name, 'it must be a JSON object of texts, such as {"api-version":"preview"}');
  }
  return Object.fromEntries(
    Object.entries(record).map(([key, entry]) => {
      if (typeof entry !== 'string') throw wrong(name, `the value of ${JSON.stringify(key)} must be a text`);
      return [key, entry];
    }),
  );
}

function parseJson(name: OptionName, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new VideoToolsetError('invalid_configuration', `Option ${name} (${VARIABLES[name]}): it is not valid JSON.`, {
      cause,
    });
  }
}
