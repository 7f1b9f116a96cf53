import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import {
  experimental_generateVideo as generateVideo,
  experimental_getVideoStatus as getVideoStatus,
  experimental_startVideo as startVideo,
} from 'ai';
import { startProvider } from '../paid/provider.ts';
import { assertNoKey } from '../support/key.ts';
import { picture } from '../support/media.ts';
import { answerJson, listen } from '../support/server.ts';
import { openStudio, testEngine, until } from '../support/studio.ts';
import { factsOf, failureOf, openModel, sha256 } from './videoModel.ts';

test('a clip of the embedded studio, without any setting', async () => {
  await using place = await openModel();
  const { video, warnings, ...result } = await generateVideo({
    model: place.model,
    prompt: 'A red kite over a meadow',
    resolution: '1280x720',
    duration: 4,
  });
  assert.equal(video.mediaType, 'video/mp4');
  const facts = factsOf(result);
  assert.deepEqual([facts.seconds, facts.size, facts.status], ['4', '1280x720', 'completed']);
  assert.deepEqual([facts.bytes, facts.sha256], [video.uint8Array.length, sha256(video.uint8Array)]);
  assert.equal(sha256(await readFile(path.join(place.workspace, String(facts.path)))), facts.sha256);
  assert.equal(result.responses[0]?.modelId, 'animatic');
  assert.deepEqual(warnings, []);
});

test('a clip is started, looked at and handed over, with its progress', async () => {
  const gate = Promise.withResolvers<void>();
  const engine = testEngine(async ({ onProgress }) => {
    onProgress(2, 5);
    await gate.promise;
  });
  await using studio = await openStudio({ engine });
  await using place = await openModel({ baseUrl: studio.baseUrl });
  const { model } = place;
  const { operation, ...started } = await startVideo({ model, prompt: 'A boat' });
  assert.deepEqual(JSON.parse(JSON.stringify(operation)), operation);
  const { job } = factsOf(started);
  const look = () => getVideoStatus(model, { operation });
  await until(async () => factsOf(await look()).progress === 40);
  const pending = await look();
  assert.deepEqual([pending.status, factsOf(pending).job, factsOf(pending).status], ['pending', job, 'in_progress']);
  gate.resolve();
  let done = await look();
  await until(async () => {
    if (done.status === 'pending') done = await look();
    return done.status === 'completed';
  });
  assert.ok(done.status === 'completed');
  assert.deepEqual([factsOf(done).progress, done.response.modelId], [100, 'test']);
  const [video] = done.videos;
  assert.ok(video?.type === 'binary');
  assert.equal(sha256(video.data), factsOf(done).sha256);
});

test('the SDK polls by itself where it is told to', async () => {
  await using provider = await startProvider({ jobMs: 100 });
  await using place = await openModel({ baseUrl: provider.baseUrl });
  const { model } = place;
  const { video } = await generateVideo({ model, prompt: 'A boat', poll: { intervalMs: 20 } });
  const { creates, jobs } = await provider.books();
  assert.deepEqual([creates, sha256(video.uint8Array)], [1, jobs[0]?.sha256]);
});

test('another process goes on with what one has started, and was killed after', async () => {
  await using provider = await startProvider({ jobMs: 300 });
  await using place = await openModel({ baseUrl: provider.baseUrl });
  const options = { baseUrl: provider.baseUrl, workspace: place.workspace, state: place.state };
  const program = `
    import { experimental_startVideo } from 'ai';
    import { createVideoModel } from './lib/adapters/aiSdk.ts';
    const model = createVideoModel(${JSON.stringify({ ...options, profile: { defaultSeconds: 4 } })});
    const { operation } = await experimental_startVideo({ model, prompt: 'A boat' });
    process.stdout.write(JSON.stringify(operation), () => process.kill(process.pid, 'SIGKILL'));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: path.resolve('.') });
  const operation = JSON.parse(await text(child.stdout));
  const look = () => getVideoStatus(place.model, { operation });
  await until(async () => (await look()).status === 'completed');
  const [job, ...more] = (await provider.books()).jobs;
  assert.equal(more.length, 0);
  assert.equal(factsOf(await look()).sha256, job?.sha256);
});

test('what was fetched is not fetched again, unless its file is gone', async () => {
  await using provider = await startProvider();
  await using place = await openModel({ baseUrl: provider.baseUrl });
  const { operation } = await startVideo({ model: place.model, prompt: 'A boat' });
  const look = async () => factsOf(await getVideoStatus(place.model, { operation }));
  const { path: name, sha256: hash } = await look();
  const [job] = (await provider.books()).jobs;
  assert.equal(hash, job?.sha256);
  const file = path.join(place.workspace, String(name));
  await rm(file);
  assert.equal((await look()).sha256, hash);
  assert.equal(sha256(await readFile(file)), hash);
  await provider.forget(job?.id ?? '');
  assert.equal((await look()).sha256, hash);
});

test('a file that was changed is not handed over as the clip, and not overwritten', async () => {
  await using provider = await startProvider();
  await using place = await openModel({ baseUrl: provider.baseUrl });
  const { operation } = await startVideo({ model: place.model, prompt: 'A boat' });
  const file = path.join(place.workspace, String(factsOf(await getVideoStatus(place.model, { operation })).path));
  await writeFile(file, 'other bytes');
  assert.equal((await failureOf(getVideoStatus(place.model, { operation }))).report.code, 'file_exists');
  assert.equal(await readFile(file, 'utf8'), 'other bytes');
});

test('an image becomes the reference, and is kept where the request can be repeated', async () => {
  await using provider = await startProvider();
  await using place = await openModel({ baseUrl: provider.baseUrl });
  const { model } = place;
  const png = picture('image/png', 64, 64);
  for (const image of [
    new Uint8Array(png),
    png.toString('base64'),
    `data:image/png;base64,${png.toString('base64')}`,
  ]) {
    const { warnings } = await generateVideo({ model, prompt: { text: 'A boat', image }, resolution: '32x16' });
    assert.match(JSON.stringify(warnings), /brought from 64x64 to 32x16 \(cover\)/);
  }
  assert.deepEqual(await readdir(path.join(place.workspace, 'references')), [`${sha256(png).slice(0, 16)}.png`]);
  const first = [{ image: new Uint8Array(png), frameType: 'first_frame' as const }];
  const last = [{ image: new Uint8Array(picture('image/png', 8, 8)), frameType: 'last_frame' as const }];
  const framed = await generateVideo({ model, prompt: 'A boat', frameImages: [...first, ...last] });
  assert.deepEqual(
    framed.warnings.map((warning) => warning.type === 'unsupported' && warning.feature),
    ['frameImages'],
  );
  assert.equal((await provider.books()).creates, 4);
});

test('an image whose kept file was changed since is not taken for it', async () => {
  await using provider = await startProvider();
  await using place = await openModel({ baseUrl: provider.baseUrl });
  const prompt = { text: 'A boat', image: new Uint8Array(picture('image/png', 64, 64)) };
  await generateVideo({ model: place.model, prompt });
  const folder = path.join(place.workspace, 'references');
  const [name = ''] = await readdir(folder);
  await writeFile(path.join(folder, name), picture('image/png', 8, 8));
  const { report } = await failureOf(generateVideo({ model: place.model, prompt }));
  assert.deepEqual([report.code, report.submitted], ['file_exists', 'no']);
  assert.equal((await provider.books()).creates, 1);
});

test('what is no picture, or is cut off, is refused before anything is sent or written', async () => {
  await using provider = await startProvider();
  await using place = await openModel({ baseUrl: provider.baseUrl });
  const png = picture('image/png', 64, 64);
  for (const image of [Buffer.from('no picture'), png.subarray(0, png.length - 20)]) {
    const prompt = { text: 'A boat', image: new Uint8Array(image) };
    const { report } = await failureOf(generateVideo({ model: place.model, prompt }));
    assert.deepEqual([report.code, report.submitted], ['invalid_media', 'no']);
  }
  assert.equal((await provider.books()).creates, 0);
  assert.deepEqual(await readdir(place.workspace), []);
});

test('a clip that is larger than may be handed over stays in the workspace', async () => {
  await using provider = await startProvider();
  await using place = await openModel({ baseUrl: provider.baseUrl, maxBytes: 1_000 });
  const { message, report } = await failureOf(generateVideo({ model: place.model, prompt: 'A boat' }));
  assert.deepEqual([report.code, report.submitted], ['unsupported', 'yes']);
  const [, file = ''] = /it lies in the workspace as (\S+\.mp4)\./.exec(message) ?? [];
  const [job] = (await provider.books()).jobs;
  assert.equal(sha256(await readFile(path.join(place.workspace, file))), job?.sha256);
});

test('what names no clip of this ledger, or one of another server, is told so', async () => {
  await using provider = await startProvider({ jobMs: 60_000 });
  await using other = await startProvider();
  await using place = await openModel({ baseUrl: provider.baseUrl });
  for (const [operation, code] of [
    ['clip-0123456789ab', 'invalid_argument'],
    [null, 'invalid_argument'],
    [{ clip: 7 }, 'invalid_argument'],
    [{ clip: 'clip-0123456789ab' }, 'not_found'],
  ] as const) {
    const { report } = await failureOf(getVideoStatus(place.model, { operation }));
    assert.equal(report.code, code, JSON.stringify(operation));
  }
  const { operation } = await startVideo({ model: place.model, prompt: 'A boat' });
  const elsewhere = place.another({ baseUrl: other.baseUrl });
  const { message } = await failureOf(getVideoStatus(elsewhere, { operation }));
  assert.match(message, /belongs to another server/);
});

test('a server without such an address is told as that, and no error speaks of tools to a program', async () => {
  await using server = await listen((_request, response) => answerJson(response, { detail: 'Not Found' }, 404));
  await using place = await openModel({ baseUrl: `${server.baseUrl}/elsewhere` });
  const { model, another } = place;
  const { message, report } = await failureOf(generateVideo({ model, prompt: 'A boat' }));
  assert.deepEqual([report.code, report.submitted], ['not_found', 'no']);
  assert.match(message, /HTTP 404: "Not Found"\. Check the base URL \(baseUrl, VIDEO_BASE_URL\)/);
  const said = { error: { message: 'Character char_9 not found' } };
  await using missing = await listen((_request, response) => answerJson(response, said, 404));
  const lacking = another({ baseUrl: missing.baseUrl });
  const refused = await failureOf(generateVideo({ model: lacking, prompt: 'A boat' }));
  assert.match(refused.message, /HTTP 404: "Character char_9 not found"\. Correct what the message names/);
  await using broken = await listen((_request, response) => response.destroy());
  const lost = another({ baseUrl: broken.baseUrl, waitLimitMs: 1 });
  for (const failure of [{ message, report }, await failureOf(generateVideo({ model: lost, prompt: 'A boat' }))]) {
    assert.doesNotMatch(JSON.stringify(failure), /video_(list|wait|create|produce)/);
  }
});

test('what a server does not take is warned of, and what it alone knows is passed on', async () => {
  await using studio = await openStudio();
  await using place = await openModel({ baseUrl: studio.baseUrl });
  const { model } = place;
  const { warnings } = await generateVideo({
    ...{ model, prompt: 'A boat', aspectRatio: '16:9', fps: 30, seed: 1, generateAudio: true },
    headers: { 'x-team': 'film' },
    providerOptions: { 'video-toolset': { seed: 7 } },
  });
  assert.deepEqual(
    warnings.map((warning) => warning.type === 'unsupported' && warning.feature),
    ['fps', 'seed', 'generateAudio', 'headers'],
  );
  const { report } = await failureOf(
    generateVideo({ model, prompt: 'A tram', providerOptions: { 'video-toolset': { loop: true } } }),
  );
  assert.deepEqual([report.code, report.submitted], ['bad_request', 'no']);
});

test('a wrong option is told at once, and no result shows the key', async () => {
  await assert.rejects(openModel({ baseUrl: 'no address' }), /VIDEO_BASE_URL/);
  await using provider = await startProvider();
  await using place = await openModel({ baseUrl: provider.baseUrl });
  assertNoKey('the result', await generateVideo({ model: place.model, prompt: 'A boat' }));
  assertNoKey('the model', JSON.stringify(place.model));
});
