import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';

const REQUIRED = process.env.REQUIRE_REAL === '1';
const isRoot = process.getuid?.() === 0;
const hasIp = spawnSync('ip', ['-V']).status === 0;

/** Why machines with addresses of their own cannot be made, or false. With REQUIRE_REAL=1 and root they are made, or fail. */
export const NETWORKS_MISSING = !isRoot
  ? 'network namespaces need root'
  : !REQUIRED && !hasIp
    ? 'iproute2 is not installed'
    : false;

/** A machine's network: all that runs in it has its address, and a loopback of its own. */
export interface Network {
  address: string;
  /** What starts a program in it. */
  within: readonly string[];
  /** Pulls its cable. */
  cut(): void;
  plug(): void;
}

/** Networks behind one switch; this machine is at the switch, too. */
export type Networks = { host: string; machines: Network[] } & Disposable;

export function makeNetworks(count: number): Networks {
  const id = randomBytes(3).toString('hex');
  const net = `10.${randomInt(100, 200)}.${randomInt(1, 250)}`;
  const bridge = `vtb${id}`;
  const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const names: string[] = [];
  const dispose = () => {
    for (const name of names) spawnSync('ip', ['netns', 'del', name]);
    spawnSync('ip', ['link', 'del', bridge]);
  };
  try {
    ip('link', 'add', bridge, 'type', 'bridge');
    ip('addr', 'add', `${net}.1/24`, 'dev', bridge);
    ip('link', 'set', bridge, 'up');
    const machines = Array.from({ length: count }, (_, index): Network => {
      const [name, near, far] = [`vtn${id}-${index}`, `vth${id}${index}`, `vtm${id}${index}`];
      const address = `${net}.${index + 2}`;
      ip('netns', 'add', name);
      names.push(name);
      ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name);
      ip('link', 'set', near, 'master', bridge, 'up');
      ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', far);
      ip('-n', name, 'link', 'set', far, 'up');
      ip('-n', name, 'link', 'set', 'lo', 'up');
      return {
        address,
        within: ['ip', 'netns', 'exec', name],
        cut: () => void ip('link', 'set', near, 'down'),
        plug: () => void ip('link', 'set', near, 'up'),
      };
    });
    return { host: `${net}.1`, machines, [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}
