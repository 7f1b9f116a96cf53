import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Writes finished jobs of two shapes, called `clip 1` and so on, into the state of a studio; it draws nothing. */
export function addJobs(state: string, amount: number): void {
  const store = new DatabaseSync(path.join(state, 'studio', 'jobs.db'));
  try {
    store
      .prepare(
        `WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many LIMIT ?)
         INSERT INTO jobs (id, status, progress, engine, prompt, seconds, size, created_at, completed_at, recipe)
         SELECT format('video_%024x', n), 'completed', 100, 'test', 'clip ' || n, '4',
           CASE n % 3 WHEN 0 THEN '720x1280' ELSE '1280x720' END, 1700000000 + n, 1700000000 + n, '{"seed":1}' FROM many`,
      )
      .run(amount);
  } finally {
    store.close();
  }
}
