import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { picture } from '../support/media.ts';
import { ask, openStudio } from '../support/studio.ts';

/** A studio is asked for an image at a public address, and for one there that leads to a private one: `imageRedirect.ts ADDRESS`. */
const [publicAddress = ''] = process.argv.slice(2);
let privateHits = 0;

async function serve(host: string, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  return `http://${host}:${typeof address === 'object' ? address?.port : ''}`;
}

const inside = await serve('127.0.0.1', (_request, response) => {
  privateHits++;
  response.end(picture('image/png'));
});
const outside = await serve(publicAddress, ({ url }, response) => {
  if (url === '/away') response.writeHead(302, { location: `${inside}/a.png` }).end();
  else response.end(picture('image/png'));
});

await using studio = await openStudio();
const create = (image_url: string) =>
  ask(`${studio.baseUrl}/videos`, 'POST', { prompt: 'a boat', input_reference: { image_url } });
const direct = await create(`${outside}/a.png`);
const redirected = await create(`${outside}/away`);
const isPrivateNamed = /private address/.test(JSON.stringify(redirected.body));
process.stdout.write(
  JSON.stringify({ direct: direct.status, redirected: redirected.status, isPrivateNamed, privateHits }),
  () => process.exit(0),
);
