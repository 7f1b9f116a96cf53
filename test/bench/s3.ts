import path from 'node:path';
import { temporaryFolder } from '../support/temporary.ts';
import { build } from './built.ts';
import { writeClip } from './clip.ts';
import { type Figure, mebibytes, seconds } from './figure.ts';
import { Rounds, runProgram, startServer } from './measure.ts';

const BYTES = 512 * 1024 ** 2;
const ROUNDS = 5;

/** A clip of 512 MiB into a bucket, proven and under its key, against the AWS SDK's plain uploads that prove nothing. */
export async function* benchS3(): AsyncGenerator<Figure> {
  await using folder = await temporaryFolder();
  await using built = await build();
  const clip = path.join(folder.path, 'clip.mp4');
  await writeClip(clip, BYTES);
  using server = await startServer('s3CountingServer.ts', [String(BYTES)]);
  const upload = (what: string) => runProgram(built.program('s3Process'), [what, server.baseUrl, clip]);
  const rounds = new Rounds(ROUNDS, () => ({ put: upload('put'), parts: upload('parts'), ours: upload('ours') }));
  yield { what: 'S3 upload of 512 MiB: SDK, PutObject', value: seconds(rounds.ms('put')) };
  yield { what: 'S3 upload of 512 MiB: SDK, in parts', value: seconds(rounds.ms('parts')) };
  yield { what: 'S3 upload of 512 MiB: ours, proven by SHA-256', value: seconds(rounds.ms('ours')) };
  yield { what: 'S3 upload of 512 MiB: speed of ours to PutObject', value: rounds.speed('ours', 'put') };
  yield { what: 'S3 upload of 512 MiB: speed of ours to SDK in parts', value: rounds.speed('ours', 'parts') };
  yield { what: 'S3 upload of 512 MiB: SDK in parts, peak memory', value: mebibytes(rounds.peakBytes('parts')) };
  yield { what: 'S3 upload of 512 MiB: ours, peak memory', value: mebibytes(rounds.peakBytes('ours')) };
}
