import path from 'node:path';
import { SSHD_MISSING, startSshd } from '../support/sshd.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { build } from './built.ts';
import { writeClip } from './clip.ts';
import { type Figure, mebibytes, median, seconds } from './figure.ts';
import { type Measured, Rounds, runProgram, runShell } from './measure.ts';

const BYTES = 512 * 1024 ** 2;
const ROUNDS = 5;

/** A clip of 512 MiB to an OpenSSH server, synced to its disk, against OpenSSH's own client. */
export async function* benchSftp(): AsyncGenerator<Figure> {
  if (SSHD_MISSING) {
    yield { what: 'SFTP', value: SSHD_MISSING };
    return;
  }
  await using folder = await temporaryFolder();
  await using built = await build();
  await using server = await startSshd();
  const clip = path.join(folder.path, 'clip.mp4');
  await writeClip(clip, BYTES);
  const options = `-q -P ${server.port} -i ${server.home}/.ssh/id_ed25519 -o UserKnownHostsFile=${server.home}/.ssh/known_hosts`;
  const sftp = `echo 'put -f ${clip} ${server.root}/theirs' | sftp ${options} -b - ${server.user}@127.0.0.1`;
  const published: number[] = [];
  const rounds = new Rounds(ROUNDS, () => {
    const theirs = runShell(sftp);
    const ours = runProgram<Measured & { publishedMs: number }>(built.program('sftpProcess'), [
      server.address.href,
      server.home,
      clip,
    ]);
    published.push(ours.publishedMs);
    return { theirs, ours };
  });
  yield { what: 'upload 512 MiB over SFTP: sftp -f', value: seconds(rounds.ms('theirs')) };
  yield { what: 'upload 512 MiB over SFTP: ours', value: seconds(rounds.ms('ours')) };
  yield {
    what: 'upload 512 MiB over SFTP: speed of ours to sftp',
    value: rounds.speed('ours', 'theirs'),
    aim: 'at least 0.8',
  };
  yield { what: 'upload 512 MiB over SFTP: ours, proven and public', value: seconds(median(published)) };
  yield { what: 'upload 512 MiB over SFTP: ours, peak memory', value: mebibytes(rounds.peakBytes('ours')) };
}
