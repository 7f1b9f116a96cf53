import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';

const root = path.join(import.meta.dirname, '..');
const folder = mkdtempSync(path.join(tmpdir(), 'video-toolset-package-'));
const project = path.join(folder, 'project');

/** A clean home; of the user's npm only the registry and the cache of downloads. */
const environment = {
  PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`,
  HOME: path.join(folder, 'home'),
  npm_config_cache: npmSetting('cache'),
  npm_config_registry: npmSetting('registry'),
  npm_config_prefer_offline: 'true',
  npm_config_update_notifier: 'false',
};

function npmSetting(name: string): string {
  return execFileSync('npm', ['config', 'get', name], { cwd: root, encoding: 'utf8' }).trim();
}

function run(command: string, args: string[]): { stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: project,
    env: environment,
    encoding: 'utf8',
    timeout: 240_000,
  });
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}\n${stderr}`);
  return { stdout, stderr };
}

/** For programs in the project. */
function compiler(): string[] {
  const home = path.join(root, 'node_modules');
  const { tsc } = JSON.parse(readFileSync(path.join(home, 'typescript', 'package.json'), 'utf8')).bin;
  const options = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext'];
  return [path.join(home, 'typescript', tsc), ...options, '--types', 'node', '--typeRoots', path.join(home, '@types')];
}

describe('the package', () => {
  before(() => {
    mkdirSync(project);
    mkdirSync(environment.HOME);
    const packed: { filename: string }[] = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {
        cwd: root,
        encoding: 'utf8',
      }),
    );
    writeFileSync(path.join(project, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }));
    run('npm', ['install', '--no-audit', '--no-fund', path.join(folder, packed[0]?.filename ?? '')]);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('has nothing that publint minds', async () => {
    const { messages } = await publint({ pkgDir: path.join(project, 'node_modules', 'video-toolset'), pack: false });
    assert.deepEqual(messages, []);
  });

  test('makes a clip from an empty folder and a clean home, and publishes it', () => {
    const { stdout } = run(path.join(project, 'node_modules', '.bin', 'video-toolset'), [
      '--json',
      'agent',
      'A red kite over a meadow. 4 seconds, landscape. Publish it.',
    ]);
    const { published, jobs, model } = JSON.parse(stdout);
    assert.equal(model, 'offline');
    assert.deepEqual([jobs[0].status, jobs[0].seconds, jobs[0].size], ['completed', '4', '1280x720']);
    for (const file of [published[0].path, fileURLToPath(published[0].url)]) {
      const bytes = readFileSync(file);
      assert.equal(bytes.length, published[0].bytes);
      assert.equal(createHash('sha256').update(bytes).digest('hex'), published[0].sha256);
    }
  });

  test('offers sora_agent as a program and its exports as modules', () => {
    const { stdout: help } = run(path.join(project, 'node_modules', '.bin', 'sora_agent'), ['--help']);
    assert.match(help, /request/);
    const script = `
      import plugin from 'video-toolset/plugin';
      import { createVideoToolset, openRuntime } from 'video-toolset';
      import { registerTools } from 'video-toolset/hello-dave';
      import { serveMcpHttp } from 'video-toolset/mcp';
      import { advanceShot } from 'video-toolset/production';
      import schema from 'video-toolset/storyboard.schema.json' with { type: 'json' };
      import { startStudio } from 'video-toolset/studio';
      console.log(plugin.definitions().length, createVideoToolset().length);
      console.log(typeof openRuntime, typeof startStudio, typeof serveMcpHttp, typeof registerTools, typeof advanceShot, schema.type);
      await import('video-toolset/openai-agents').catch(({ code, message }) => console.log(code, message));`;
    const { stdout } = run(process.execPath, ['--input-type=module', '-e', script]);
    const [counts, types, missing = ''] = stdout.trim().split('\n');
    assert.deepEqual([counts, types], ['15 15', 'function function function function function object']);
    assert.match(missing, /^ERR_MODULE_NOT_FOUND Cannot find package '@openai\/agents'/);
  });

  test('offers the drivers of its CDN on their own', () => {
    const script = `
      import { createLocalCdn } from 'video-toolset/cdn/local';
      import { createS3Cdn } from 'video-toolset/cdn/s3';
      import { createSftpCdn } from 'video-toolset/cdn/sftp';
      import { finished } from 'node:stream/promises';
      const cdn = createLocalCdn({ folder: process.cwd() + '/cdn' });
      const upload = await cdn.open({ contentType: 'text/vtt' });
      upload.stream.end('WEBVTT');
      await finished(upload.stream);
      const proof = { bytes: 6, sha256: '${createHash('sha256').update('WEBVTT').digest('hex')}' };
      console.log(await upload.commit('2026/subtitles.vtt', proof), typeof createS3Cdn);
      const sftp = createSftpCdn({ address: new URL('sftp://clips@127.0.0.1:9/www') });
      await sftp.head('x').catch(({ code }) => console.log(code));
      await sftp.close();`;
    const { stdout } = run(process.execPath, ['--input-type=module', '-e', script]);
    assert.equal(stdout, 'sha256 function\nmissing_package\n');
    assert.equal(readFileSync(path.join(project, 'cdn', '2026', 'subtitles.vtt'), 'utf8'), 'WEBVTT');
  });

  test("serves the studio's page with every file that it names", () => {
    const script = `
      import { startStudio } from 'video-toolset/studio';
      const studio = await startStudio({ state: 'state' });
      const seen = new Map();
      const visit = async (address) => {
        if (seen.has(address)) return;
        const response = await fetch(new URL(address, studio.baseUrl));
        seen.set(address, response.status);
        const text = await response.text();
        const named = [...text.matchAll(/(?:src|href)="([/]studio[^"]+)"|from '[.]([/][^']+)'/g)];
        for (const [, link, module] of named) await visit(link ?? '/studio/page' + module);
      };
      await visit('/');
      await studio.close();
      console.log(JSON.stringify([...seen]));`;
    const { stdout } = run(process.execPath, ['--input-type=module', '-e', script]);
    const seen: [string, number][] = JSON.parse(stdout);
    assert.deepEqual(
      seen.filter(([, status]) => status !== 200),
      [],
    );
    for (const name of ['main.js', 'wall.js', 'format.js', 'base.css', 'icon.svg'])
      assert.ok(
        seen.some(([address]) => address === `/studio/page/${name}`),
        name,
      );
  });

  test('type-checks in a project that uses it', () => {
    const consumer = path.join(project, 'consumer.ts');
    writeFileSync(
      consumer,
      `import { createVideoToolset, type Tool, type ToolResult, runTool } from 'video-toolset';
       const [tool]: Tool[] = createVideoToolset({ workspace: 'clips' });
       export const result: ToolResult | undefined = tool && (await runTool(tool, {}));
       // @ts-expect-error a misspelt option is not accepted
       createVideoToolset({ workspac: 'clips' });`,
    );
    run(process.execPath, [...compiler(), '--skipLibCheck', consumer]);
  });

  test('has declarations that need no package which is not there', () => {
    const { exports: entries } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    // An adapter needs its host.
    const names = Object.keys(entries).filter(
      (name) => entries[name].types !== undefined && !['./mcp', './openai-agents'].includes(name),
    );
    assert.ok(names.includes('./production'));
    const consumer = path.join(project, 'everything.ts');
    writeFileSync(consumer, names.map((name) => `export type {} from 'video-toolset${name.slice(1)}';\n`).join(''));
    const { stdout } = spawnSync(process.execPath, [...compiler(), consumer], { cwd: project, encoding: 'utf8' });
    // What packages of others say of each other is theirs.
    assert.deepEqual(
      stdout.split('\n').filter((line) => /video-toolset|json-schema/.test(line)),
      [],
    );
  });
});
