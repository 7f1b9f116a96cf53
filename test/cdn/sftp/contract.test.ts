import { after } from 'node:test';
import {
  ACCOUNT_MISSING,
  type Account,
  makeAccount,
  SSHD_MISSING,
  type SshServer,
  type SshServerOptions,
  startSshd,
} from '../../support/sshd.ts';
import { cdnContract } from '../contract.ts';
import { sftpPlace } from './support.ts';

const servers: Promise<SshServer>[] = [];
const accounts: Account[] = [];
after(async () => {
  for (const server of servers) await (await server)[Symbol.asyncDispose]();
  for (const account of accounts) account[Symbol.dispose]();
});

/** One server for all scenarios of a suite, started with the first. */
function shared(options: () => SshServerOptions) {
  let server: Promise<SshServer> | undefined;
  return async () => {
    if (server === undefined) {
      server = startSshd(options());
      servers.push(server);
    }
    return sftpPlace(await server);
  };
}

function account(options: Parameters<typeof makeAccount>[0]): Account {
  const made = makeAccount(options);
  accounts.push(made);
  return made;
}

cdnContract(
  'SFTP, an account with a shell',
  shared(() => ({})),
  { skip: SSHD_MISSING },
);
cdnContract(
  'SFTP, an account locked into its folder',
  shared(() => ({ account: account({ isLockedIn: true }) })),
  { skip: ACCOUNT_MISSING },
);
// Neither commands nor reading: only the length can be told.
cdnContract(
  'SFTP, an account that may only write',
  shared(() => ({ settings: ['ForceCommand internal-sftp -P read'] })),
  { skip: SSHD_MISSING, verified: 'size' },
);
