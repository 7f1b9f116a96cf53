import path from 'node:path';
import { after } from 'node:test';
import { openPostgresLedger } from '../../lib/ledger/postgres.ts';
import { openSqliteLedger } from '../../lib/ledger/sqlite.ts';
import { POSTGRES_MISSING, type PostgresServer, startPostgres } from '../support/postgres.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { windowContract } from './windowContract.ts';

windowContract('SQLite', async () => {
  const folder = await temporaryFolder();
  return {
    open: () => openSqliteLedger(path.join(folder.path, 'ledger.db')),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});

let server: Promise<PostgresServer> | undefined;
after(async () => (await server)?.[Symbol.asyncDispose]());

windowContract(
  'Postgres',
  async () => {
    server ??= startPostgres();
    const database = await (await server).database();
    return { open: () => openPostgresLedger(database), [Symbol.asyncDispose]: async () => undefined };
  },
  POSTGRES_MISSING,
);
