import { startStudio } from '../../../lib/studio/server.ts';
import { testEngine } from '../../support/studio.ts';
import { ALL_DIALECTS, type Dialect } from './dialects.ts';
import { bridgeTo } from './support.ts';

/** A studio in a process of its own: `bridgeProcess.ts <state> <dialect> <origin of the provider>`. */
const [state = '', name, origin = ''] = process.argv.slice(2);
const dialect = Object.entries<Dialect>(ALL_DIALECTS).find(([key]) => key === name)?.[1];
if (dialect === undefined) throw new Error(`No dialect ${name}.`);

const studio = await startStudio({ state, engine: testEngine(), bridge: bridgeTo(dialect, origin) });
process.stdout.write(`${studio.baseUrl}\n`);
process.stdin.on('end', () => process.exit(1)).resume();
process.once('SIGTERM', () => void studio.close().then(() => process.exit(0)));
