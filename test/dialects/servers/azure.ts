import { KEY } from '../../support/key.ts';
import { type Dialect, startDialect } from '../dialect.ts';
import { createJobs } from '../jobs.ts';
import { json } from '../server.ts';
import { referenceHandler, refusal } from './reference.ts';

const PREFIX = '/openai/v1';

/** The reference below another path, with a version to name and a key in a header of its own. */
export function startAzure(): Promise<Dialect> {
  const jobs = createJobs((number) => `video_az_${number}`);
  const reference = referenceHandler(jobs, {
    prefix: PREFIX,
    isAuthorised: ({ headers }) => headers['api-key'] === KEY || headers.authorization === `Bearer ${KEY}`,
  });
  const facts = {
    name: 'Azure',
    server: 'azure',
    connection: { headers: { 'api-key': KEY }, query: { 'api-version': 'preview' } },
    offers: ['list', 'delete', 'remix'],
    refuses: [],
    variants: ['video', 'thumbnail', 'spritesheet'],
  } as const;
  return startDialect(
    facts,
    jobs,
    (request) => {
      if (!request.path.startsWith(`${PREFIX}/videos`)) return json({ detail: 'Not Found' }, 404);
      if (request.query.get('api-version') !== 'preview') return refusal(400, 'Missing required query: api-version');
      return reference(request);
    },
    PREFIX,
  );
}
