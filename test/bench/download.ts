import { rmSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../support/temporary.ts';
import { build } from './built.ts';
import { writeClip } from './clip.ts';
import { type Figure, mebibytes, seconds } from './figure.ts';
import { Rounds, runProgram, runShell, startServer } from './measure.ts';

const BYTES = 1024 ** 3;
const ROUNDS = 5;
const MEMORY_AIM = 'at most 120 MB';

/** 1 GiB from loopback: the transfer alone against curl, and the whole (sync, sha256) against curl, coreutils and the official client. */
export async function* benchDownload(): AsyncGenerator<Figure> {
  await using folder = await temporaryFolder();
  await using built = await build();
  const clip = path.join(folder.path, 'clip.mp4');
  await writeClip(clip, BYTES);
  using server = await startServer('fileServer.ts', [clip]);
  const target = path.join(folder.path, 'target');
  const curl = `mkdir ${target} && curl -s -o ${target}/clip ${server.baseUrl}/videos/v/content`;
  // What the one before left to be written would be the next one's burden.
  const fresh = <T>(run: () => T): T => {
    const result = run();
    rmSync(target, { recursive: true });
    return result;
  };
  const program = (what: string) =>
    fresh(() => runProgram(built.program('downloadProcess'), [what, server.baseUrl, target]));
  const rounds = new Rounds(ROUNDS, () => ({
    curl: fresh(() => runShell(curl)),
    transfer: program('transfer'),
    coreutils: fresh(() => runShell(`${curl} && sync ${target}/clip && sha256sum ${target}/clip`)),
    whole: program('whole'),
    openai: program('openai'),
  }));
  const what = 'download 1 GiB';
  yield { what: `${what}: curl -o`, value: seconds(rounds.ms('curl')) };
  yield { what: `${what}: ours, transfer alone`, value: seconds(rounds.ms('transfer')) };
  yield {
    what: `${what}: speed of our transfer to curl -o`,
    value: rounds.speed('transfer', 'curl'),
    aim: 'at least 0.95',
  };
  yield { what: `${what}: our transfer, peak memory`, value: mebibytes(rounds.peakBytes('transfer')), aim: MEMORY_AIM };
  yield { what: `${what}: curl -o, sync, sha256sum`, value: seconds(rounds.ms('coreutils')) };
  yield { what: `${what}: ours, sync and sha256 included`, value: seconds(rounds.ms('whole')) };
  yield {
    what: `${what}: speed of ours to curl, sync, sha256sum`,
    value: rounds.speed('whole', 'coreutils'),
    aim: 'at least 1.0',
  };
  yield { what: `${what}: ours, peak memory`, value: mebibytes(rounds.peakBytes('whole')), aim: MEMORY_AIM };
  yield { what: `${what}: the openai package as documented`, value: seconds(rounds.ms('openai')) };
  yield { what: `${what}: the openai package, peak memory`, value: mebibytes(rounds.peakBytes('openai')) };
  yield { what: `${what}: speed of ours to the openai package`, value: rounds.speed('whole', 'openai') };
}
