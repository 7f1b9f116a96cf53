import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { Ajv, type ValidateFunction } from 'ajv';
import fc from 'fast-check';
import { createVideoToolset } from '../../lib/index.ts';
import { leniently } from '../../lib/tools/leniently.ts';
import { mp4, picture } from '../support/media.ts';
import { startWatchfulServer, type WatchfulServer } from './fuzzServer.ts';
import { argumentsFor, PUBLISHED } from './hostileArguments.ts';
import { openTools, type TestTools } from './support.ts';

/** Set FUZZ_SEED to have other calls, or those of a failure again. */
const seed = Number(process.env.FUZZ_SEED ?? 20_261_121);
/** Of each tool: 10,005 in all. */
const CALLS = 667;

/** What stands in every file that no tool may read. */
const SECRET = 'kept out of reach';
/** What says that the arguments were wrong: then nobody was asked anything. */
const WRONG_ARGUMENTS = ['invalid_argument', 'outside_workspace', 'file_not_found', 'invalid_media'];

describe('calls that are near-valid or hostile', () => {
  const closing = new AsyncDisposableStack();
  let server: WatchfulServer;
  let tools: TestTools;
  let kept: Record<string, string>;
  let published: string;
  before(async () => {
    server = closing.use(await startWatchfulServer(SECRET));
    const profile = { costsNothing: true, defaultSeconds: 4 };
    tools = closing.use(
      await openTools({ baseUrl: server.baseUrl, profile, approveDelete: 'no', tools: ['all', 'storyboard'] }),
    );
    await fillFolders(tools.folder, tools.workspace);
    await tools.runtime.ledger();
    kept = await outsideOf(tools.folder);
    published = path.join(tools.workspace, 'published');
  });
  after(() => closing.disposeAsync());

  for (const { name, parameters } of createVideoToolset({ tools: ['all', 'storyboard'] })) {
    test(`${name}: none of ${CALLS} throws, or asks the server for nonsense`, async () => {
      const isValid: ValidateFunction = new Ajv().compile(parameters);
      const counts = { valid: 0, wrong: 0, answered: 0 };
      const call = fc.asyncProperty(argumentsFor(parameters), async (input) => {
        const before = server.received.length;
        const { summary, data, isError } = await tools.call(name, input, { waitLimitMs: 100 });
        const arrived = server.received.slice(before).map(({ method, url }) => `${method} ${url}`);
        // A wait that ended early leaves requests on their way, which arrive during the next call.
        const requests = name === 'video_wait' ? arrived.filter((request) => isOf(request, input)) : arrived;
        const { code = 'none', submitted, billed } = data.error ?? {};
        const label = `${inspect(input, { depth: 4 }).slice(0, 400)}: ${summary}`;
        counts.answered += code === 'none' ? 1 : 0;
        assert.equal(isError === true, data.error !== undefined, label);
        assert.notEqual(code, 'internal', label);
        const shown = JSON.stringify(data).replaceAll(pathToFileURL(published).href, '');
        assert.ok(!shown.includes(tools.folder.slice(1)), `${label}: a path of this machine in ${shown}`);
        if (isValid(leniently(parameters, input))) counts.valid++;
        else assert.equal(code, 'invalid_argument', label);
        if (!WRONG_ARGUMENTS.includes(code)) return;
        counts.wrong++;
        assert.deepEqual(requests, [], label);
        assert.deepEqual([submitted, billed], ['no', 'no'], label);
      });
      await fc.assert(call, { numRuns: CALLS, seed, endOnFailure: true });
      assert.deepEqual(server.complaints, []);
      // No text that was not written as one is a storyboard.
      const least = name === 'storyboard_produce' ? -1 : CALLS / 100;
      const isMixed = counts.wrong > CALLS / 10 && counts.answered > least;
      assert.ok(isMixed, `the calls test little: ${inspect(counts)}`);
    });
  }

  test('nothing outside the workspace was written, and nothing from there was published', async () => {
    assert.deepEqual(await outsideOf(tools.folder), kept);
    for (const file of await filesIn(published)) assert.ok(!(await readFile(file)).includes(SECRET), file);
  });
});

function isOf(request: string, input: unknown): boolean {
  const id = decodeURIComponent(request.split('/').at(-1) ?? '');
  return inspect(input).includes(id);
}

/** Files to find, and files that must not be found. */
async function fillFolders(folder: string, workspace: string): Promise<void> {
  const inside = (name: string) => path.join(workspace, name);
  const secret = mp4(SECRET);
  await writeFile(path.join(folder, 'secret.mp4'), secret);
  for (const name of ['published', 'folder', '.cache']) await mkdir(inside(name));
  for (const name of ['.hidden.mp4', '.cache/inner.mp4']) await writeFile(inside(name), secret);
  for (const name of PUBLISHED) await writeFile(inside(`published/${name}`), mp4());
  await writeFile(inside('boat.mp4'), mp4(Buffer.alloc(2_000)));
  await writeFile(inside('boat.png'), picture('image/png'));
  await writeFile(inside('text.mp4'), 'no video at all');
  await writeFile(inside('empty.mp4'), '');
  await symlink('../secret.mp4', inside('leads-out.mp4'));
  await symlink('..', inside('folder-out'));
}

/** Everything in the test's folder that is neither the workspace nor the state. */
async function outsideOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => name !== 'state' && name !== 'videos').sort();
  const contents = names.map(
    async (name) => [name, (await readFile(path.join(folder, name))).toString('hex')] as const,
  );
  return Object.fromEntries(await Promise.all(contents));
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
}
