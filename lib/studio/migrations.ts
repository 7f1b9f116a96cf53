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
];
