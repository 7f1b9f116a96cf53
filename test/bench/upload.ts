import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../support/temporary.ts';
import { build } from './built.ts';
import { writeClip } from './clip.ts';
import { type Figure, mebibytes, seconds } from './figure.ts';
import { Rounds, runProgram, runShell, startServer } from './measure.ts';

const BYTES = 512 * 1024 ** 2;
const ROUNDS = 5;

/** A clip of 512 MiB as one part of a form, against curl. */
export async function* benchUpload(): AsyncGenerator<Figure> {
  await using folder = await temporaryFolder();
  await using built = await build();
  const workspace = path.join(folder.path, 'videos');
  mkdirSync(workspace);
  await writeClip(path.join(workspace, 'clip.mp4'), BYTES);
  using server = await startServer('countingServer.ts', [String(BYTES)]);
  const curl = `curl -s -f -F name=Ada -F 'video=@${workspace}/clip.mp4;type=video/mp4' ${server.baseUrl}/videos/characters`;
  const rounds = new Rounds(ROUNDS, () => ({
    curl: runShell(curl),
    ours: runProgram(built.program('uploadProcess'), [server.baseUrl, workspace, 'clip.mp4']),
  }));
  yield { what: 'upload 512 MiB as a form: curl -F', value: seconds(rounds.ms('curl')) };
  yield { what: 'upload 512 MiB as a form: ours', value: seconds(rounds.ms('ours')) };
  yield {
    what: 'upload 512 MiB as a form: speed of ours to curl -F',
    value: rounds.speed('ours', 'curl'),
    aim: 'at least 0.95',
  };
  yield {
    what: 'upload 512 MiB as a form: ours, peak memory',
    value: mebibytes(rounds.peakBytes('ours')),
    aim: 'at most 120 MB',
  };
}
