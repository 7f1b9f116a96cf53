import path from 'node:path';
import { openSqliteLedger } from '../../lib/ledger/sqlite.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { ledgerContract } from './contract.ts';

ledgerContract('SQLite', async () => {
  const folder = await temporaryFolder();
  return {
    open: () => openSqliteLedger(path.join(folder.path, 'state', 'ledger.db')),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});
