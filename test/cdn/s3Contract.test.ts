import type { CdnPlace } from './contract.ts';
import { cdnContract } from './contract.ts';
import { startS3 } from './s3Server.ts';

const ROOT = 'media/';

cdnContract('S3', async (): Promise<CdnPlace> => {
  const server = await startS3({ hasConditions: true });
  return {
    driver: () => server.driver(),
    stored: async () => (await server.stored()).map((name) => name.replace(ROOT, '')),
    read: (key) => server.read(ROOT + key),
    async overwrite(key, bytes) {
      await server.s3.putObject({ Bucket: 'clips', Key: ROOT + key, Body: bytes });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
});
