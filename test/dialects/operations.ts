import assert from 'node:assert/strict';
import type { VideoApi } from '../../lib/api/video.ts';
import type { VideoToolsetError } from '../../lib/errors.ts';
import type { Dialect, Operation } from './dialect.ts';
import { CLIP } from './media.ts';

type Call = (api: VideoApi, id: string) => Promise<unknown>;

const clip = () => new File([new Uint8Array(CLIP)], 'ada.mp4', { type: 'video/mp4' });

/** A call of each operation; `id` is a job that the server knows. */
export const UNOFFERED: Record<Operation, Call> = {
  list: (api) => api.list(),
  delete: (api, id) => api.delete(id),
  remix: (api, id) => api.remix(id, { prompt: 'At night' }),
  edit: (api, id) => api.edit({ video: { id }, prompt: 'At night' }),
  extend: (api, id) => api.extend({ video: { id }, prompt: 'It goes on', seconds: '4' }),
  createCharacter: (api) => api.createCharacter({ video: clip(), name: 'Ada' }),
  retrieveCharacter: (api) => api.retrieveCharacter('char_7'),
};

/** The same, where the server answers; what list and delete answer has scenarios of its own. */
export const OFFERED: Partial<Record<Operation, Call>> = {
  remix: async (api, id) => assertNew(await api.remix(id, { prompt: 'At night' }), id),
  edit: async (api, id) => {
    assertNew(await api.edit({ video: { id }, prompt: 'At night' }), id);
    assertNew(await api.edit({ video: clip(), prompt: 'At night' }), id);
  },
  extend: async (api, id) => assertNew(await api.extend({ video: { id }, prompt: 'It goes on', seconds: '4' }), id),
  createCharacter: async (api) => assert.equal((await api.createCharacter({ video: clip(), name: 'Ada' })).name, 'Ada'),
  retrieveCharacter: async (api) => assert.equal((await api.retrieveCharacter('char_7')).name, 'Ada'),
};

const WORDS: Record<Operation, RegExp> = {
  list: /\blist/i,
  delete: /\bdelet/i,
  remix: /\bremix/i,
  edit: /\bedit/i,
  extend: /\bexten[ds]/i,
  createCharacter: /\bcharacter/i,
  retrieveCharacter: /\bcharacter/i,
};

/** Without a profile, the server's host is its name. */
export function saysUnsupported(error: VideoToolsetError, operation: Operation, dialect: Dialect): void {
  assert.equal(error.code, 'unsupported', `${operation}: ${error.message}`);
  assert.match(error.message, WORDS[operation]);
  const names = [dialect.name, dialect.server, new URL(dialect.baseUrl).host].map((name) => name.toLowerCase());
  assert.ok(
    names.some((name) => error.message.toLowerCase().includes(name)),
    `no server is named: ${error.message}`,
  );
  assert.equal(error.message.match(/[.!?](?=\s|$)/g)?.length, 1, `not one sentence: ${error.message}`);
  assert.notEqual(error.facts.submitted, 'unknown', `${operation}: nothing was made`);
}

function assertNew(video: { id: string }, source: string): void {
  assert.notEqual(video.id, '');
  assert.notEqual(video.id, source);
}
