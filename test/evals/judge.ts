import { createHash } from 'node:crypto';
import type { PaidOrder } from '../paid/providerClient.ts';
import type { Evidence } from './runTask.ts';
import type { ClipExpectation, Task } from './task.ts';

/** Every way in which the evidence is not what the task expects; none: it is done. */
export async function judge({ expect, jobs }: Task, { world, results, calls, atOnce }: Evidence): Promise<string[]> {
  const orders = await world.provider.orders();
  const paid = orders.slice(jobs.length);
  const deleted = orders.slice(0, jobs.length).filter(({ isForgotten }) => isForgotten).length;
  const codes = results.flatMap(codesOf);
  const { text = '' } = results.at(-1) ?? {};
  const { published, clips = [], calls: needed = [], never = [], says = [], never_says: silent = [] } = expect;
  const shown = JSON.stringify(text.slice(0, 400));
  return [
    ...differs('paid creates', expect.paid, paid.length),
    ...differs('published clips', published, await publishedCount(results, paid, world)),
    ...differs('deleted jobs', expect.deleted ?? 0, deleted),
    ...unmatched(clips, paid),
    ...(expect.distinct && new Set(paid.map(({ prompt }) => prompt)).size < paid.length
      ? ['two paid clips have the same prompt']
      : []),
    ...(expect.error !== undefined && !codes.includes(expect.error)
      ? [`no failure was ${expect.error}: ${codes.join(', ') || 'there was none'}`]
      : []),
    ...(expect.at_once !== undefined && atOnce < expect.at_once
      ? [`${atOnce} calls were made in one turn, not ${expect.at_once}`]
      : []),
    ...needed.filter((tool) => !calls.includes(tool)).map((tool) => `${tool} was not called`),
    ...never.filter((tool) => calls.includes(tool)).map((tool) => `${tool} was called`),
    ...says.filter((words) => !new RegExp(words, 'i').test(text)).map((words) => `it did not say ${words}: ${shown}`),
    ...silent.filter((words) => new RegExp(words, 'i').test(text)).map((words) => `it said ${words}: ${shown}`),
    ...results.flatMap(({ error }) => (error === undefined ? [] : [`the run ended early: ${error.message}`])),
  ];
}

function differs(what: string, expected: number, found: number): string[] {
  return expected === found ? [] : [`${what}: ${found}, not ${expected}`];
}

function codesOf({ tool_calls, error, failure }: Evidence['results'][number]): string[] {
  return [...tool_calls.map(({ code }) => code), error?.code, failure?.code].filter((code) => code !== undefined);
}

/** Paid clips whose very bytes an address serves that a result names. */
async function publishedCount(results: Evidence['results'], paid: PaidOrder[], { provider }: Evidence['world']) {
  const urls = new Set(results.flatMap(({ published }) => published.map(({ url }) => url)));
  const served = await Promise.all([...urls].map(async (url) => hashOf(await fetch(url))));
  const { jobs } = await provider.books();
  const ids = paid.map(({ id }) => id);
  return jobs.filter(({ id, sha256 }) => ids.includes(id) && served.includes(sha256)).length;
}

async function hashOf(response: Response): Promise<string> {
  return createHash('sha256')
    .update(Buffer.from(await response.arrayBuffer()))
    .digest('hex');
}

/** Expected clips that none of the paid jobs is, each being taken once. */
function unmatched(clips: ClipExpectation[], paid: PaidOrder[]): string[] {
  const left = [...paid];
  return clips.flatMap((clip) => {
    const index = left.findIndex((order) => isSuch(order, clip));
    if (index !== -1) left.splice(index, 1);
    return index === -1 ? [`no paid clip is ${JSON.stringify(clip)}: ${JSON.stringify(left.map(shapeOf))}`] : [];
  });
}

function isSuch(order: PaidOrder, { operation = 'create', prompt, ...wanted }: ClipExpectation): boolean {
  const shape: ClipExpectation = shapeOf(order);
  return (
    order.operation === operation &&
    (prompt === undefined || new RegExp(prompt, 'i').test(order.prompt)) &&
    (wanted.seconds ?? shape.seconds) === shape.seconds &&
    (wanted.size ?? shape.size) === shape.size &&
    (wanted.picture ?? shape.picture) === shape.picture &&
    (wanted.characters ?? shape.characters) === shape.characters
  );
}

function shapeOf({ operation, prompt, seconds, size, fields, files }: PaidOrder) {
  const { characters = [], input_reference: address } = fields;
  return {
    ...{ operation, prompt: prompt.slice(0, 120), seconds: Number(seconds), size },
    picture: files.includes('input_reference') || address !== undefined,
    characters: Array.isArray(characters) ? characters.length : 0,
  };
}
