/** Append only: a database counts how many of them it has seen. */
export const MIGRATIONS = [
  `CREATE TABLE jobs (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     status TEXT NOT NULL,
     progress INTEGER NOT NULL DEFAULT 0,
     engine TEXT NOT NULL,
     prompt TEXT NOT NULL,
     seconds TEXT NOT NULL,
     size TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     completed_at INTEGER,
     error TEXT,
     recipe TEXT NOT NULL,
     reference TEXT,
     owner TEXT
   ) STRICT;
   CREATE INDEX open_jobs ON jobs (owner) WHERE status IN ('queued', 'in_progress');`,
  `ALTER TABLE jobs ADD COLUMN operation TEXT NOT NULL DEFAULT 'create';
   ALTER TABLE jobs ADD COLUMN source TEXT;
   ALTER TABLE jobs ADD COLUMN digest TEXT;
   CREATE INDEX finished_clips ON jobs (digest) WHERE digest IS NOT NULL;
   CREATE TABLE characters (
     id TEXT PRIMARY KEY,
     name TEXT NOT NULL,
     created_at INTEGER NOT NULL
   ) STRICT;`,
  `ALTER TABLE jobs ADD COLUMN requested_model TEXT;
   ALTER TABLE jobs ADD COLUMN asked_at INTEGER;
   ALTER TABLE jobs ADD COLUMN ticket TEXT;
   ALTER TABLE jobs ADD COLUMN notes TEXT NOT NULL DEFAULT '[]';
   ALTER TABLE jobs ADD COLUMN usd REAL;`,
  // One row a job, numbered by its latest change, whichever program made it; a deleted job's row stays.
  `CREATE TABLE job_changes (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     job TEXT NOT NULL UNIQUE
   ) STRICT;
   CREATE TRIGGER job_inserted AFTER INSERT ON jobs BEGIN REPLACE INTO job_changes (job) VALUES (new.id); END;
   CREATE TRIGGER job_updated AFTER UPDATE ON jobs BEGIN REPLACE INTO job_changes (job) VALUES (new.id); END;
   CREATE TRIGGER job_deleted AFTER DELETE ON jobs BEGIN REPLACE INTO job_changes (job) VALUES (old.id); END;
   CREATE INDEX jobs_by_status ON jobs (status);
   CREATE INDEX jobs_by_source ON jobs (source) WHERE source IS NOT NULL;`,
  // Bytes are null in rows from before they were counted; those clips stay as long as new ones do.
  `ALTER TABLE jobs ADD COLUMN caller TEXT NOT NULL DEFAULT '';
   ALTER TABLE jobs ADD COLUMN bytes INTEGER;
   ALTER TABLE jobs ADD COLUMN expires_at INTEGER;
   UPDATE jobs SET expires_at = completed_at + 30 * 86400 WHERE status = 'completed';
   CREATE INDEX kept_bytes ON jobs (status, expires_at, bytes) WHERE bytes > 0;
   CREATE INDEX unmeasured_jobs ON jobs (id) WHERE bytes IS NULL;`,
  `ALTER TABLE jobs ADD COLUMN idempotency_key TEXT;
   CREATE UNIQUE INDEX jobs_by_key ON jobs (caller, idempotency_key) WHERE idempotency_key IS NOT NULL;`,
];
