import { after } from 'node:test';
import { openPostgresLedger } from '../../lib/ledger/postgres.ts';
import { POSTGRES_MISSING, type PostgresServer, startPostgres } from '../support/postgres.ts';
import { ledgerContract } from './contract.ts';

let server: Promise<PostgresServer> | undefined;
after(async () => (await server)?.[Symbol.asyncDispose]());

ledgerContract(
  'Postgres',
  async () => {
    server ??= startPostgres();
    const database = (await server).database();
    return { open: () => openPostgresLedger(database), [Symbol.asyncDispose]: async () => undefined };
  },
  POSTGRES_MISSING,
);
