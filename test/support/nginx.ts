import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './freePort.ts';
import { temporaryFolder } from './temporary.ts';

const NGINX = '/usr/sbin/nginx';

/** Why a test behind nginx cannot run, or false. With REQUIRE_REAL=1 it runs, and fails. */
export const NGINX_MISSING =
  !existsSync(NGINX) && process.env.REQUIRE_REAL !== '1' ? `${NGINX} is not installed` : false;

/** Debian's nginx serves a folder on loopback, as docs/cdn.md sets it up. */
export async function startNginx(folder: string): Promise<{ origin: string } & AsyncDisposable> {
  const own = await temporaryFolder();
  const port = await freePort();
  const at = (name: string) => path.join(own.path, name);
  mkdirSync(at('temporary'));
  writeFileSync(
    at('nginx.conf'),
    `daemon off;
     ${process.getuid?.() === 0 ? 'user root;' : ''}
     pid ${at('pid')};
     error_log stderr;
     events {}
     http {
       include /etc/nginx/mime.types;
       access_log off;
       client_body_temp_path ${at('temporary')};
       proxy_temp_path ${at('temporary')};
       fastcgi_temp_path ${at('temporary')};
       uwsgi_temp_path ${at('temporary')};
       scgi_temp_path ${at('temporary')};
       server {
         listen 127.0.0.1:${port};
         root "${folder}";
         location ~ /\\. { deny all; }
         location / { add_header Cache-Control "public, max-age=31536000, immutable"; }
       }
     }`,
  );
  const server = spawn(NGINX, ['-p', own.path, '-c', at('nginx.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  server.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const origin = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(origin).then(
      () => true,
      () => false,
    ))
  ) {
    if (server.exitCode !== null) throw new Error(`nginx did not start: ${log}`);
    await sleep(20);
  }
  return {
    origin,
    async [Symbol.asyncDispose]() {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
      await own[Symbol.asyncDispose]();
    },
  };
}
