import type { Outcome } from './runTask.ts';

const HEAD = ['eval', 'done', 'calls', 'turns', 'tokens', 'paid', 'fault', 'seconds'];

/** The outcomes for people: a line each, what is wrong below it, and a sum. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(rowOf);
  const widths = HEAD.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) =>
      isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
  const lines = outcomes.flatMap(({ problems }, index) => [
    line(rows[index] ?? [])
      .join('  ')
      .trimEnd(),
    ...problems.map((problem) => `    ${problem}`),
  ]);
  return [line(HEAD).join('  ').trimEnd(), ...lines, '', summary(outcomes)].join('\n');
}

/** What all of them came to, in numbers. */
export function sumOf(outcomes: readonly Outcome[]) {
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const faulty = outcomes.filter(({ fault }) => fault !== undefined);
  return {
    ...{ evals: outcomes.length, done: outcomes.filter(({ isDone }) => isDone).length },
    ...{ faults: faulty.length, recovered: faulty.filter(({ isDone }) => isDone).length },
    ...{ paid: sum(({ paid }) => paid), wanted: sum(({ wanted }) => wanted) },
    ...{ calls: sum(({ calls }) => calls), turns: sum(({ turns }) => turns), tokens: sum(({ tokens }) => tokens) },
  };
}

function summary(outcomes: readonly Outcome[]): string {
  const { evals, done, faults, recovered, paid, wanted, calls, turns, tokens } = sumOf(outcomes);
  const isCounted = outcomes.some(({ tokensAre }) => tokensAre === 'counted');
  const how = isCounted ? 'counted in o200k where the model does not report them (~)' : 'as the model reports them';
  return [
    `${done} of ${evals} done by ${[...new Set(outcomes.map(({ model }) => model))].join(', ')}; ` +
      `${paid} clips paid for where ${wanted} should be; recovered from ${recovered} of ${faults} faults; ` +
      `${calls} calls, ${turns} turns, ${grouped(tokens)} tokens, ${how}`,
  ].join('\n');
}

function rowOf({ name, isDone, calls, turns, tokens, tokensAre, paid, wanted, fault, ms }: Outcome): string[] {
  return [
    ...[name, isDone ? 'yes' : 'NO', String(calls), String(turns)],
    `${tokensAre === 'counted' ? '~' : ''}${grouped(tokens)}`,
    ...[`${paid}/${wanted}`, fault === undefined ? '' : `${fault}: ${isDone ? 'recovered' : 'not recovered'}`],
    (ms / 1_000).toFixed(1),
  ];
}

function isText(column: number): boolean {
  return ['eval', 'done', 'fault'].includes(HEAD[column] ?? '');
}

function grouped(count: number): string {
  return count.toLocaleString('en');
}
