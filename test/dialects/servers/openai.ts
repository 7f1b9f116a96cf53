import { KEY } from '../../support/key.ts';
import { type Dialect, EVERY_OPERATION, startDialect } from '../dialect.ts';
import { createJobs } from '../jobs.ts';
import { referenceHandler } from './reference.ts';

export function startOpenai(): Promise<Dialect> {
  const jobs = createJobs((number) => `video_68f0c2d4${number}`);
  const handle = referenceHandler(jobs, { isAuthorised: ({ headers }) => headers.authorization === `Bearer ${KEY}` });
  const facts = {
    name: 'OpenAI',
    server: 'openai',
    connection: { apiKey: KEY },
    offers: EVERY_OPERATION,
    refuses: [],
    variants: ['video', 'thumbnail', 'spritesheet'],
  } as const;
  return startDialect(facts, jobs, handle);
}
