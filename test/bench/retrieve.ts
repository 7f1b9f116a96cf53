import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import OpenAI from 'openai';
import { createVideoApi } from '../../lib/api/video.ts';
import { openWorkspace } from '../../lib/workspace.ts';
import { temporaryFolder } from '../support/temporary.ts';
import type { Figure } from './figure.ts';

const CALLS = 3_000;

/** `retrieve` calls per second against the official client, one after the other and 64 at once. */
export async function* benchRetrieve(): AsyncGenerator<Figure> {
  await using folder = await temporaryFolder();
  const clip = path.join(folder.path, 'clip.mp4');
  await writeFile(clip, 'clip');
  const server = spawn(process.execPath, [path.join(import.meta.dirname, 'fileServer.ts'), clip], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await once(server.stdout, 'data');
  const baseUrl = String(output).trim();
  const workspace = openWorkspace(folder.path);
  const waits = { requestTimeoutMs: 60_000, pollIntervalMs: 2_000, waitLimitMs: 60_000 };
  const api = createVideoApi({ baseUrl, workspace, state: folder.path, headers: {}, query: {}, ...waits });
  const official = new OpenAI({ apiKey: 'none', baseURL: baseUrl });
  const calls = { ours: () => api.retrieve('v'), official: () => official.videos.retrieve('v') };
  try {
    for (const [atOnce, aim] of [
      [1, 'at least 2'],
      [64, 'at least 2.5'],
    ] as const) {
      await perSecond(calls.ours, atOnce, 300);
      await perSecond(calls.official, atOnce, 300);
      const ours = await perSecond(calls.ours, atOnce, CALLS);
      const theirs = await perSecond(calls.official, atOnce, CALLS);
      const what = atOnce === 1 ? 'one after the other' : `${atOnce} at once`;
      yield {
        what: `retrieve, ${what}: ours (the openai package ${theirs.toFixed(0)})`,
        value: `${ours.toFixed(0)} /s`,
      };
      yield { what: `retrieve, ${what}: ours to the openai package`, value: (ours / theirs).toFixed(2), aim };
    }
  } finally {
    await api.close();
    server.kill();
  }
}

async function perSecond(call: () => Promise<unknown>, atOnce: number, calls: number): Promise<number> {
  let left = calls;
  const started = performance.now();
  const work = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return (calls * 1_000) / (performance.now() - started);
}
