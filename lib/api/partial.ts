import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isRecord } from './parse.ts';

const FREE = 0;
const LONGEST_LIFE_MS = 7 * 24 * 60 * 60 * 1_000;

/** What a later attempt must know to go on with a partial file. */
export interface PartialFacts {
  /** A strong `ETag` or a `Last-Modified`. */
  validator?: string;
  /** Bytes in all. */
  total?: number;
}

/** A download that is under way, or that was broken off: its bytes so far, claimed by one process at a time. */
export interface PartialFile {
  path: string;
  facts: PartialFacts;
  bytes(): Promise<number>;
  /** Drops the bytes, for good when it returns: before it does, nothing may be remembered of those that follow. */
  empty(): Promise<void>;
  /** Outlasts a crash when it returns. */
  remember(facts: PartialFacts): Promise<void>;
  /** Leaves the bytes for a later attempt, of any process. */
  keep(): Promise<void>;
  discard(): Promise<void>;
}

/** @param identity what the bytes are: server, job and variant */
export async function claimPartial(folder: string, identity: string): Promise<PartialFile> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const key = createHash('sha256').update(identity).digest('hex').slice(0, 24);
  const nameFor = (owner: number) => path.join(folder, `${key}.${owner}.${randomBytes(4).toString('hex')}`);
  const claimed = nameFor(process.pid);
  const facts = (await takeOver(folder, key, claimed)) ?? {};
  const move = async (from: string, to: string) => {
    await rename(`${from}.json`, `${to}.json`).catch(() => undefined);
    await rename(`${from}.part`, `${to}.part`).catch(() => undefined);
  };
  return {
    path: `${claimed}.part`,
    facts,
    bytes: async () => (await stat(`${claimed}.part`).catch(() => undefined))?.size ?? 0,
    async empty() {
      const file = await open(`${claimed}.part`, 'w');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    },
    remember: (next) => writeFile(`${claimed}.json`, JSON.stringify(next), { flush: true }),
    keep: () => move(claimed, nameFor(FREE)),
    async discard() {
      await rm(`${claimed}.part`, { force: true });
      await rm(`${claimed}.json`, { force: true });
    },
  };
}

/** The rename is the claim: only one process can succeed. */
async function takeOver(folder: string, key: string, claimed: string): Promise<PartialFacts | undefined> {
  for (const name of await readdir(folder)) {
    const [, owner] = new RegExp(`^${key}\\.(\\d+)\\.\\w+\\.part$`).exec(name) ?? [];
    const file = path.join(folder, name);
    if (owner === undefined) await removeIfOld(file);
    else if (!isRunning(Number(owner))) {
      // A kill between naming the finished file and removing this one: both are the same file by now.
      if ((await stat(file).catch(() => undefined))?.nlink !== 1) {
        await rm(file, { force: true });
        continue;
      }
      try {
        await rename(file, `${claimed}.part`);
      } catch {
        continue;
      }
      const notes = file.replace(/\.part$/, '.json');
      await rename(notes, `${claimed}.json`).catch(() => undefined);
      return parseFacts(await readFile(`${claimed}.json`, 'utf8').catch(() => '{}'));
    }
  }
  return undefined;
}

async function removeIfOld(file: string): Promise<void> {
  const stats = await stat(file).catch(() => undefined);
  if (stats !== undefined && Date.now() - stats.mtimeMs > LONGEST_LIFE_MS) await rm(file, { force: true });
}

function isRunning(pid: number): boolean {
  if (pid === FREE) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function parseFacts(text: string): PartialFacts {
  try {
    const facts: unknown = JSON.parse(text);
    if (!isRecord(facts)) return {};
    return {
      ...(typeof facts.validator === 'string' && { validator: facts.validator }),
      ...(typeof facts.total === 'number' && { total: facts.total }),
    };
  } catch {
    return {};
  }
}
