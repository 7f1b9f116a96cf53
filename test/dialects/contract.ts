import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { FileInput } from '../../types/video.ts';
import { type Client, failureOf, openClient } from './client.ts';
import type { Dialect, ServerName } from './dialect.ts';
import { FAILURE } from './jobs.ts';
import { CLIP, dataUrl, image } from './media.ts';
import { OFFERED, saysUnsupported, UNOFFERED } from './operations.ts';
import { bytes, listen } from './server.ts';

const SIZE = '1280x720';
const SHOT = { prompt: 'A paper boat drifts on a lake', seconds: '4', size: SIZE };
const REFERENCE = image(SIZE);

type Scenario = (dialect: Dialect, client: Client, context: TestContext) => Promise<void>;

/** What must be true of every video server, spoken to by its own profile or by none. */
export function contract(name: string, start: () => Promise<Dialect>, server: ServerName): void {
  const isGuess = server === 'auto';
  const scenario = (title: string, run: Scenario) =>
    test(title, { timeout: 20_000 }, async (context) => {
      await using dialect = await start();
      const { baseUrl, connection } = dialect;
      await using client = await openClient({ baseUrl, server, ...connection, waitLimitMs: 1e9 });
      await run(dialect, client, context);
    });

  const withImage = async (dialect: Dialect, client: Client, input_reference: FileInput) => {
    const call = client.api.create({ ...SHOT, input_reference });
    // Without its profile a server may be refused an image, but a job must never be paid for without it.
    const refused = isGuess
      ? await call.then(
          () => undefined,
          () => failureOf(call),
        )
      : undefined;
    if (refused !== undefined) return assert.equal(dialect.created, 0, refused.message);
    await call;
    assert.equal(dialect.created, 1);
    if (dialect.jobs.length > 0) assert.ok(dialect.jobs[0]?.image, 'the image did not reach the job');
  };

  describe(`${name}, spoken to as ${server}`, () => {
    scenario('makes one job from text', async (dialect, { api }) => {
      const video = await api.create(SHOT);
      assert.match(video.status, /queued|in_progress|completed/);
      assert.notEqual(video.id, '');
      assert.equal(dialect.created, 1);
    });

    scenario('makes one job from text and an image file', async (dialect, client) => {
      await mkdir(client.folder, { recursive: true });
      await writeFile(path.join(client.folder, 'boat.jpg'), REFERENCE);
      await withImage(dialect, client, { path: 'boat.jpg' });
    });

    scenario('makes one job from text and the address of an image', async (dialect, client, context) => {
      if (dialect.refusesImages?.includes('url')) return context.skip('this server fetches nothing');
      await using images = await listen(() => bytes(REFERENCE, 'image/jpeg'));
      await withImage(dialect, client, { url: `${images.origin}/boat.jpg` });
    });

    scenario('makes one job from text and an image in a data URL', async (dialect, client) => {
      await withImage(dialect, client, { url: dataUrl(REFERENCE) });
    });

    scenario('waits to the end under the id that create gave', async (dialect, { api }) => {
      const { id } = await api.create(SHOT);
      const { videos, timedOut } = await api.wait([id]);
      assert.deepEqual([videos[0]?.status, videos[0]?.id, timedOut], ['completed', id, false]);
      assert.equal(dialect.created, 1);
    });

    scenario("tells a failed job with the server's own words", async (_, { api, folder }) => {
      const { id } = await api.create({ ...SHOT, prompt: 'A render that fails' });
      const { videos } = await api.wait([id]);
      assert.equal(videos[0]?.status, 'failed');
      assert.match(videos[0]?.error?.message ?? '', new RegExp(FAILURE));
      assert.equal((await failureOf(api.download(id))).code, 'job_failed');
      assert.deepEqual(await readdir(folder).catch(() => []), []);
    });

    scenario('tells a moderated job from one that failed', async (dialect, { api }, context) => {
      if (dialect.name === 'studio') return context.skip('the studio moderates nothing');
      const { id } = await api.create({ ...SHOT, prompt: 'Something to be moderated' });
      const { videos } = await api.wait([id]);
      assert.equal(videos[0]?.status, 'failed');
      assert.match(videos[0]?.error?.message ?? '', /moderation/);
      assert.equal((await failureOf(api.download(id))).code, 'moderation_blocked');
    });

    scenario('lists every job once, over several pages', async (dialect, { api }, context) => {
      if (!dialect.offers.includes('list')) return context.skip('this server lists nothing');
      const made: string[] = [];
      for (const number of [1, 2, 3, 4, 5]) made.push((await api.create({ ...SHOT, prompt: `Boat ${number}` })).id);
      const listed: string[] = [];
      for await (const { id } of api.listAll({ limit: 2 })) listed.push(id);
      assert.deepEqual(listed.toSorted(), made.toSorted());
    });

    scenario('saves each variant that the server has, whole', async (dialect, { api, folder }) => {
      const { id } = await api.create(SHOT);
      await api.wait([id]);
      for (const variant of dialect.variants) {
        const file = await api.download(id, { variant, name: variant });
        const saved = await readFile(path.join(folder, file.path));
        assert.equal(saved.length, file.bytes);
        if (variant === 'video') assert.ok(saved.equals(CLIP));
        else assert.match(file.content_type, variant === 'thumbnail' ? /webp/ : /jpeg/);
      }
      assert.equal(dialect.created, 1);
    });

    scenario('deletes a job while it runs', async (dialect, { api }, context) => {
      if (!dialect.offers.includes('delete')) return context.skip('this server deletes nothing');
      const { id } = await api.create({ ...SHOT, prompt: 'An endless shot' });
      await api.retrieve(id);
      assert.equal(await api.delete(id), true);
      const { code } = await failureOf(api.retrieve(id));
      assert.match(code, /not_found|gone/);
    });

    scenario('says in one sentence what the server does not offer', async (dialect, { api }, context) => {
      if (dialect.refuses.length === 0) return context.skip('this server offers all that is known of it');
      const { id } = await api.create(SHOT);
      for (const operation of dialect.refuses) {
        saysUnsupported(await failureOf(UNOFFERED[operation](api, id)), operation, dialect);
      }
      assert.equal(dialect.created, 1);
    });

    scenario('reaches the other operations that the server offers', async (dialect, { api }) => {
      const { id } = await api.create(SHOT);
      for (const operation of dialect.offers) await OFFERED[operation]?.(api, id);
    });
  });
}
