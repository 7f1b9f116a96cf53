import { statSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { toToolsetError, VideoToolsetError } from '../errors.ts';
import { registerAgent, registerPlan } from './agent.ts';
import { registerCreate } from './create.ts';
import { registerDelete } from './delete.ts';
import { registerDoctor } from './doctor.ts';
import { registerDownload } from './download.ts';
import { registerList } from './list.ts';
import { exitCodeOf, printError, printJson } from './output.ts';
import { registerPublish } from './publish.ts';
import { registerRetrieve } from './retrieve.ts';
import { registerStudio } from './studio.ts';
import { registerWait } from './wait.ts';

const EXAMPLES = `
Without VIDEO_BASE_URL clips are previews, drawn by the embedded studio: no key, no cost.
  $ video-toolset agent "A paper boat drifts down a gutter at dusk. 8 seconds, landscape. Publish it."
  $ video-toolset create "A lighthouse in a storm" --seconds 4 && video-toolset wait <id>
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not approved, 4 the job still runs, 130 interrupted.`;

/** The command line. Sets the process's exit code; never throws. */
export async function main(args: readonly string[]): Promise<void> {
  silenceExperimentalWarnings();
  surviveClosedPipes();
  const program = new Command('video-toolset')
    .description('Make video clips over the Videos API: create, wait, download, publish.')
    .option('--json', 'print exactly one JSON document on stdout')
    .option('--quiet', 'no progress on stderr')
    .option('--workspace <folder>', 'where files are read from and written to (VIDEO_WORKSPACE)')
    .option('--base-url <url>', 'the video server (VIDEO_BASE_URL)')
    .option('--yes', 'approve what this one call asks for')
    .addHelpText('after', EXAMPLES)
    .exitOverride();
  const registrations = [
    registerAgent,
    registerPlan,
    registerCreate,
    registerWait,
    registerRetrieve,
    registerList,
    registerDownload,
    registerDelete,
    registerPublish,
    registerStudio,
    registerDoctor,
  ];
  for (const register of registrations) register(program);
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  try {
    if (statSync('.env', { throwIfNoEntry: false })?.isFile()) process.loadEnvFile('.env');
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      const usage = new VideoToolsetError('invalid_argument', error.message);
      if (error.exitCode !== 0 && args.includes('--json')) printJson({ error: usage.report() });
    } else {
      const report = toToolsetError(error).report();
      if (program.opts().json === true) printJson({ error: report });
      printError(report);
      process.exitCode = exitCodeOf(report.code);
    }
  }
}

/** Whoever reads the output may stop reading; the work goes on. */
function surviveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') process.exitCode = 1;
    });
  }
}

/** node:sqlite still announces itself; everything else is shown. */
function silenceExperimentalWarnings(): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.name}: ${warning.message}\n`);
  });
}
