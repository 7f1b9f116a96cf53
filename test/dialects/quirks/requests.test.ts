import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { CreateParameters } from '../../../types/video.ts';
import { KEY } from '../../support/key.ts';
import { type Client, failureOf, openClient } from '../client.ts';
import { dataUrl, image, sizeOfImage } from '../media.ts';
import { scripted } from '../scripted.ts';
import { startOpenai } from '../servers/openai.ts';
import { startVllmOmni } from '../servers/vllmOmni.ts';

const SHOT = { prompt: 'A boat', size: '1280x720' };

async function put({ folder }: Pick<Client, 'folder'>, name: string, bytes: Buffer): Promise<{ path: string }> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, name), bytes);
  return { path: name };
}

describe('what a create call sends', () => {
  test('is what the caller set and nothing more', async () => {
    await using server = await scripted({});
    await server.api.create({ prompt: 'A boat' });
    assert.deepEqual(server.received[0]?.json, { prompt: 'A boat' });
    await server.api.create({ prompt: 'A boat', seconds: '16', size: '1920x1080', model: 'any/model' });
    const sent = { prompt: 'A boat', seconds: '16', size: '1920x1080', model: 'any/model' };
    assert.deepEqual(server.received[1]?.json, sent);
  });

  test('holds a server’s own parameters, as JSON and as parts', async () => {
    await using server = await scripted({});
    const extra = { num_frames: 81, extra_params: { shift: 5 }, lora: ['a'] };
    await server.api.create({ prompt: 'A boat', extra });
    assert.deepEqual(server.received[0]?.json, { prompt: 'A boat', ...extra });
    const input_reference = await put(server, 'boat.jpg', image('64x36'));
    await server.api.create({ prompt: 'A boat', extra, input_reference });
    const texts = Object.fromEntries(
      (server.received[1]?.parts ?? []).map(({ name, bytes }) => [name, bytes.toString()]),
    );
    assert.equal(texts.num_frames, '81');
    assert.deepEqual([texts.extra_params, texts.lora], ['{"shift":5}', '["a"]']);
    const taken = server.api.create({ prompt: 'A boat', extra: { prompt: 'Another' } });
    assert.equal((await failureOf(taken)).code, 'invalid_argument');
  });

  test('names an image file and its real type, whatever its suffix', async () => {
    await using server = await scripted({});
    const input_reference = await put(server, 'boat.jpg', image('64x36', 'png'));
    await server.api.create({ prompt: 'A boat', input_reference });
    const part = server.received[0]?.parts.find(({ name }) => name === 'input_reference');
    assert.equal(part?.contentType, 'image/png');
    assert.ok(part?.filename);
  });

  for (const [title, reference] of [
    ['a file', async (client: Client) => await put(client, 'boat.jpg', image('800x800'))],
    ['a Blob', async () => new File([new Uint8Array(image('800x800', 'png'))], 'boat.png')],
    ['a data URL', async () => ({ url: dataUrl(image('800x800', 'webp'), 'image/webp') })],
  ] as const) {
    test(`is an image of the clip's size, made from ${title} of another`, async () => {
      await using dialect = await startOpenai();
      await using client = await openClient({ baseUrl: dialect.baseUrl, ...dialect.connection, server: 'openai' });
      await client.api.create({ ...SHOT, input_reference: await reference(client) });
      assert.equal(dialect.created, 1);
    });
  }

  test('is the image as it is where no fitting is wanted', async () => {
    await using server = await scripted({});
    const bytes = image('800x800');
    const input_reference = await put(server, 'boat.jpg', bytes);
    const parameters: CreateParameters = Object.assign({ ...SHOT, input_reference }, { fit: 'none' } as const);
    await server.api.create(parameters);
    const part = server.received[0]?.parts.find(({ name }) => name === 'input_reference');
    assert.ok(part?.bytes.equals(bytes));
    assert.ok(!server.received[0]?.parts.some(({ name }) => name === 'fit'), 'fit is for the client alone');
  });

  test('fills the size or lies within it, as asked', async () => {
    await using server = await scripted({});
    const input_reference = await put(server, 'boat.jpg', image('800x800'));
    for (const fit of ['cover', 'contain', 'stretch'] as const) {
      const parameters: CreateParameters = Object.assign({ ...SHOT, input_reference }, { fit });
      await server.api.create(parameters);
      const part = server.received.at(-1)?.parts.find(({ name }) => name === 'input_reference');
      assert.equal(await sizeOfImage(part?.bytes ?? Buffer.alloc(0)), SHOT.size, fit);
    }
  });
});

describe('a server that takes multipart alone', () => {
  for (const jsonRefusal of ['vllm', 'fastapi', 'media type'] as const) {
    test(`is found out by its refusal (${jsonRefusal}), and makes one job`, async () => {
      await using dialect = await startVllmOmni({ jsonRefusal });
      await using client = await openClient({ baseUrl: dialect.baseUrl, apiKey: KEY });
      await client.api.create(SHOT);
      assert.deepEqual([dialect.created, dialect.received.length], [1, 2]);
      await client.api.create(SHOT);
      assert.deepEqual([dialect.created, dialect.received.length], [2, 3], 'what was learned is remembered');
    });
  }

  test('is sent no JSON once it is known', async () => {
    await using dialect = await startVllmOmni();
    await using client = await openClient({ baseUrl: dialect.baseUrl, apiKey: KEY, server: 'vllm-omni' });
    await client.api.create(SHOT);
    assert.deepEqual([dialect.created, dialect.received.length], [1, 1]);
    assert.match(dialect.received[0]?.headers['content-type'] ?? '', /^multipart\/form-data; ?boundary=/);
  });

  test('is not tried again where it refuses something else', async () => {
    await using dialect = await startVllmOmni();
    await using client = await openClient({ baseUrl: dialect.baseUrl, apiKey: KEY, server: 'vllm-omni' });
    const { message } = await failureOf(client.api.create({ ...SHOT, model: 'other' }));
    assert.match(message, /Model mismatch/);
    const posts = dialect.received.filter(({ method }) => method === 'POST');
    assert.deepEqual([dialect.created, posts.length], [0, 1]);
  });
});
