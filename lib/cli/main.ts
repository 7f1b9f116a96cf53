import { statSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { toToolsetError, VideoToolsetError } from '../errors.ts';
import { toolVersion } from '../version.ts';
import { registerAgent, registerPlan } from './agent.ts';
import { registerCharacter } from './character.ts';
import { registerCreate } from './create.ts';
import { registerDelete } from './delete.ts';
import { registerDoctor } from './doctor.ts';
import { registerDownload } from './download.ts';
import { registerLedger } from './ledger.ts';
import { registerList } from './list.ts';
import { registerMcp } from './mcp.ts';
import { exitCodeOf, print, printError, printJson, tell, typed } from './output.ts';
import { registerProduce } from './produce.ts';
import { registerPublish } from './publish.ts';
import { registerRetrieve } from './retrieve.ts';
import { registerRevisions } from './revise.ts';
import { registerSessions } from './sessions.ts';
import { registerStoryboard } from './storyboard.ts';
import { registerStudio } from './studio.ts';
import { registerWait } from './wait.ts';
import { registerWorker } from './worker.ts';

const EXAMPLES = `
Without VIDEO_BASE_URL clips are previews, drawn by the embedded studio: no key, no cost.
  $ video-toolset agent "A paper boat drifts down a gutter at dusk. 8 seconds, landscape. Publish it."
  $ video-toolset produce "A lighthouse in a storm" --seconds 4
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 over budget or not approved, 4 not finished yet, 130 interrupted.`;

/** The command line. Sets the process's exit code; never throws. */
export async function main(args: readonly string[]): Promise<void> {
  silenceWarningsForProgrammers();
  surviveClosedPipes();
  const program = new Command('video-toolset')
    .description('Make video clips over the Videos API: create, wait, download, publish.')
    .version(toolVersion())
    .option('--json', 'print exactly one JSON document on stdout')
    .option('--quiet', 'no progress on stderr')
    .option('--workspace <folder>', 'where the files lie (VIDEO_WORKSPACE)')
    .option('--base-url <url>', 'the video server (VIDEO_BASE_URL)')
    .option('--yes', 'approve what this one call asks for')
    .addHelpText('after', EXAMPLES)
    // `help` works as well; --help is named above.
    .configureHelp({ visibleCommands: ({ commands }) => [...commands] })
    .configureOutput({ writeOut: print, writeErr: tell })
    .exitOverride();
  const registrations = [
    registerAgent,
    registerPlan,
    registerProduce,
    registerStoryboard,
    registerWorker,
    registerCreate,
    registerWait,
    registerRetrieve,
    registerList,
    registerDownload,
    registerRevisions,
    registerCharacter,
    registerDelete,
    registerPublish,
    registerSessions,
    registerLedger,
    registerStudio,
    registerMcp,
    registerDoctor,
  ];
  for (const register of registrations) register(program);
  settle(program);
  program.hook('preAction', (_program, command) => readEnvFile(command.name()));
  try {
    requireCurrentFolder();
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      if (error.exitCode !== 0) explainUsage(error, args);
    } else {
      const report = toToolsetError(error).report();
      if (wantsJson(args)) printJson({ error: report });
      printError(report);
      process.exitCode = exitCodeOf(report.code);
    }
  }
}

/** Commands below commands, too, say in our way what is wrong with them. */
function settle(parent: Command): void {
  for (const command of parent.commands) {
    command.exitOverride().copyInheritedSettings(parent);
    settle(command);
  }
}

/** Not for `mcp`: it is started in folders its user did not choose, whose file could send key and clips elsewhere. */
function readEnvFile(command: string): void {
  if (command !== 'mcp' && statSync('.env', { throwIfNoEntry: false })?.isFile()) process.loadEnvFile('.env');
}

/** Known also where nothing could be parsed. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? args.length : end).includes('--json');
}

/** Packages ask for it while they load, and fail without a word of sense. */
function requireCurrentFolder(): void {
  try {
    process.cwd();
  } catch (cause) {
    throw new VideoToolsetError('invalid_configuration', 'The current folder does not exist any more.', {
      cause,
      next_step: 'Change to a folder that exists, then run the command again.',
    });
  }
}

/** Commander itself has printed the message by now. */
function explainUsage({ code, message }: CommanderError, args: readonly string[]): void {
  // Our options are all long ones and have no blanks: this was a prompt, or a file.
  const meant = code === 'commander.unknownOption' && args.find((arg) => /^-([^-]|-.*\s)/s.test(arg));
  const hint = meant ? `What begins with a dash and is no option goes after --: -- ${typed(meant)}` : undefined;
  if (hint !== undefined) tell(`${hint}\n`);
  const usage = new VideoToolsetError('invalid_argument', message, { ...(hint && { next_step: hint }) });
  if (wantsJson(args)) printJson({ error: usage.report() });
}

/** Whoever reads the output may stop reading; the work goes on. */
function surviveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') process.exitCode = 1;
    });
  }
}

/** node:sqlite still announces itself, and the AI SDK tells programmers of settings; everything else is shown. */
function silenceWarningsForProgrammers(): void {
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') tell(`${warning.name}: ${warning.message}\n`);
  });
}
