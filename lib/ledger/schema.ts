/**
 * The tables, in the words that SQLite and Postgres share. Times are milliseconds since 1970.
 *
 * A clip is one row; the index over open rows keeps two processes from wanting the same clip twice at once, the one over
 * jobs keeps two rows from claiming the same job. Money stands on the attempts: each may be paid for. A shot is a row that
 * wants a clip; the index over its clip keeps two shots of a storyboard from being given the same one.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE clips (
     key TEXT PRIMARY KEY,
     version BIGINT NOT NULL,
     state TEXT NOT NULL,
     is_open INTEGER NOT NULL,
     hash TEXT NOT NULL,
     server TEXT NOT NULL,
     workspace TEXT NOT NULL,
     session TEXT NOT NULL,
     operation TEXT NOT NULL,
     parameters TEXT NOT NULL,
     variation INTEGER NOT NULL,
     goal TEXT NOT NULL,
     idempotency_key TEXT NOT NULL,
     created_at BIGINT NOT NULL,
     updated_at BIGINT NOT NULL,
     attempt INTEGER NOT NULL,
     send_deadline BIGINT NOT NULL,
     quarantine_until BIGINT,
     sent_at BIGINT,
     job_id TEXT,
     error TEXT,
     file TEXT,
     published TEXT
   );
   CREATE UNIQUE INDEX open_clips ON clips (hash) WHERE is_open = 1;
   CREATE UNIQUE INDEX claimed_jobs ON clips (server, job_id) WHERE job_id IS NOT NULL;
   CREATE INDEX clips_by_hash ON clips (hash);
   CREATE INDEX clips_by_time ON clips (created_at);
   CREATE TABLE attempts (
     clip TEXT NOT NULL REFERENCES clips (key),
     number INTEGER NOT NULL,
     outcome TEXT NOT NULL,
     started_at BIGINT NOT NULL,
     sent_at BIGINT,
     seconds DOUBLE PRECISION,
     usd DOUBLE PRECISION,
     is_free INTEGER NOT NULL,
     is_counted INTEGER NOT NULL,
     job_id TEXT,
     detail TEXT,
     PRIMARY KEY (clip, number)
   );
   CREATE INDEX counted_attempts ON attempts (started_at) WHERE is_counted = 1;`,
  'CREATE INDEX clips_by_job ON clips (job_id) WHERE job_id IS NOT NULL;',
  `CREATE TABLE storyboards (
     id TEXT PRIMARY KEY,
     title TEXT NOT NULL,
     server TEXT NOT NULL,
     workspace TEXT NOT NULL,
     file TEXT,
     output TEXT NOT NULL,
     hash TEXT NOT NULL,
     created_at BIGINT NOT NULL,
     updated_at BIGINT NOT NULL,
     film TEXT
   );
   CREATE INDEX storyboards_by_time ON storyboards (updated_at);
   CREATE TABLE shots (
     storyboard TEXT NOT NULL REFERENCES storyboards (id),
     id TEXT NOT NULL,
     number INTEGER NOT NULL,
     take INTEGER NOT NULL,
     stage TEXT NOT NULL,
     source TEXT,
     request TEXT NOT NULL,
     hash TEXT NOT NULL,
     clip TEXT REFERENCES clips (key),
     error TEXT,
     PRIMARY KEY (storyboard, id)
   );
   CREATE UNIQUE INDEX shots_by_clip ON shots (storyboard, clip) WHERE clip IS NOT NULL;
   CREATE INDEX shots_by_stage ON shots (storyboard, stage, number);
   CREATE INDEX shots_by_number ON shots (storyboard, number);
   CREATE INDEX shots_by_source ON shots (storyboard, source) WHERE source IS NOT NULL;`,
  `CREATE TABLE windows (
     server TEXT PRIMARY KEY,
     most INTEGER NOT NULL,
     size DOUBLE PRECISION NOT NULL,
     closed_until BIGINT NOT NULL
   );
   CREATE INDEX open_jobs ON clips (server) WHERE state IN ('intended', 'sent', 'known');
   CREATE TABLE files (
     name TEXT PRIMARY KEY,
     bytes TEXT NOT NULL
   );`,
];
