import type { Command } from 'commander';
import type { ServerReport } from '../api/probe.ts';
import { type Invocation, invoke } from './invocation.ts';
import { oneLine, print, printJson } from './output.ts';

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('what the server can do; spends nothing')
    .action((_options, command: Command) =>
      invoke(command, async (invocation) => {
        const { runtime, json, signal } = invocation;
        const { problem, ...report } = await (await runtime.api()).probe({ signal });
        if (json) printJson({ ...report, ...(problem && { error: problem.report() }), ...settings(invocation) });
        else
          print(
            `${[...serverLines({ ...report, ...(problem && { problem }) }), ...Object.entries(settings(invocation))].map(line).join('\n')}\n`,
          );
        return report.reachable && report.authorised !== 'no' ? 0 : 1;
      }),
    );
}

/** Where everything is, with no secret among it. */
function settings({ runtime: { config } }: Invocation): Record<string, string> {
  return {
    server_address: config.baseUrl ?? 'the embedded studio',
    key: config.apiKey === undefined ? 'none' : 'set',
    workspace: config.workspace,
    state: config.state,
    cdn: config.cdn.protocol === 'file:' ? decodeURIComponent(config.cdn.pathname) : config.cdn.host,
    agent_model: config.agentModel,
    node: process.version,
  };
}

function serverLines({ problem, ...report }: ServerReport): [string, string][] {
  const { reachable, authorised, profile, recognised, models, operations, body, deleteStops, lifetime } = report;
  const other = recognised !== undefined && recognised !== profile ? `; looks like ${recognised}` : '';
  const hint = other !== '' && profile === 'auto' ? ` (set VIDEO_SERVER=${recognised})` : '';
  return [
    ['reachable', problem === undefined ? yesOrNo(reachable) : `no: ${problem.message}`],
    ['authorised', authorised === 'no' ? 'no: check apiKey (VIDEO_API_KEY)' : authorised],
    ['dialect', `${profile}${other}${hint}`],
    ['models', models.length === 0 ? 'not told' : models.slice(0, 8).join(', ')],
    ...Object.entries(operations).map(([name, answer]): [string, string] => [name, answer]),
    ['body', body === 'auto' ? 'JSON, multipart with a file; the other one where it is refused' : body],
    ['delete stops a running job', deleteStops],
    ['clips can be downloaded', lifetime],
  ];
}

function line([name, value]: [string, string]): string {
  return oneLine(`${name.replaceAll('_', ' ').padEnd(28)}${value}`);
}

function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
