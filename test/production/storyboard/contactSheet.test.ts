import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { writeContactSheet } from '../../../lib/production/storyboard/contactSheet.ts';
import { totalsOf } from '../../../lib/production/storyboard/totals.ts';
import { SERVER, wish } from '../../ledger/support.ts';
import { openTools } from '../../tools/support.ts';
import { BOARD, planned, shot } from './support.ts';

test('what lies on another machine is played from where it is published, all else from beside the page', async () => {
  await using tools = await openTools({ baseUrl: SERVER });
  const { runtime, workspace } = tools;
  await planned(tools, shot('dawn'), shot('noon'), shot('night'));
  const { storyboards, ...ledger } = await runtime.ledger();
  for (const [id, url] of [
    ['dawn', 'https://cdn.example/a?b="><script>&c'],
    ['noon', 'https://cdn.example/noon.mp4'],
    ['night', 'javascript:alert(1)'],
  ] as const) {
    const file = { path: `${id} #1.mp4`, bytes: 3, sha256: 'ab', content_type: 'video/mp4' };
    const { clip } = await ledger.intend(wish(id), {});
    assert.equal(await storyboards.claim((await storyboards.shot(BOARD, id)) ?? assert.fail(), clip.key), 'claimed');
    const known = await ledger.answered(ledger.markSent(clip), `job-${id}`);
    const here = await ledger.move(await ledger.move(known, 'done'), 'downloaded', { file });
    await ledger.move(here, 'published', { published: { ...file, url, key: id, verified: 'sha256' } });
  }
  await writeFile(path.join(workspace, 'noon #1.mp4'), 'clip');
  const board = (await storyboards.get(BOARD)) ?? assert.fail();
  const page = await writeContactSheet(board, await totalsOf(BOARD, runtime), runtime);
  const text = await readFile(path.join(workspace, page), 'utf8');
  const sources = [...text.matchAll(/<video [^>]*src="([^"]*)"/g)].map(([, source]) => source);
  assert.deepEqual(sources, [
    'https://cdn.example/a?b=&#34;&#62;&#60;script&#62;&#38;c',
    '../../noon%20%231.mp4',
    '../../night%20%231.mp4',
  ]);
  assert.doesNotMatch(text, /<script|javascript:/);
});
