import { startStudio } from '../../lib/studio/server.ts';
import { testEngine } from '../support/studio.ts';

/** A studio whose clips are there at once and have little room: `expiryProcess.ts STATE QUOTA_BYTES`. */
const [state = '', quotaBytes = ''] = process.argv.slice(2);
const studio = await startStudio({ state, engine: testEngine(), quotaBytes: Number(quotaBytes) });
process.stdout.write(`${studio.baseUrl}\n`);
