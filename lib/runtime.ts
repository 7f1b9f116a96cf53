import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Config, Options } from '../types/config.ts';
import type { Tool } from '../types/tool.ts';
import { createVideoApi, type VideoApi } from './api/video.ts';
import { type Cdn, createCdn, localCdnFolder } from './cdn/cdn.ts';
import { studioTarget } from './config/studioModels.ts';
import { TOOL_NAMES } from './config/tools.ts';
import { type Defaults, resolveConfig, resolveTools, secretsOf } from './config.ts';
import type { AgentLauncher } from './host/AgentLauncher.ts';
import type { Sessions } from './host/sessions.ts';
import { ToolSet } from './host/ToolSet.ts';
import type { Ledger } from './ledger/ledger.ts';
import { openLedger, serverNameOf } from './ledger/open.ts';
import { createLog, type Log } from './log.ts';
import { clipFacts } from './production/clipFacts.ts';
import type { Studio } from './studio/server.ts';
import { cdnTools } from './tools/cdnToolset.ts';
import { offeredTools } from './tools/offered.ts';
import type { Services } from './tools/services.ts';
import { storyboardTools } from './tools/storyboardToolset.ts';
import { videoTools } from './tools/videoToolset.ts';
import { withinReach } from './tools/withinReach.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** Everything put together over one configuration, each part made on first use. */
export interface Runtime extends Services {
  readonly config: Config;
  readonly log: Log;
  /** The tools that were chosen (`tools`) and that the server may offer: what a host shows its model. */
  readonly tools: readonly Tool[];
  /** The same, by their names. */
  readonly toolset: ToolSet;
  /** Every tool, for the command line and for agents, whose prompt files choose. */
  readonly everyTool: ToolSet;
  /**
   * What runs agents; loads the agents' model on first use.
   * @param additions folders with more `<name>.prompt.md`, and tools that the agent which is run gets beside its own
   */
  agents(additions?: { agentFolders?: readonly string[]; toolset?: ToolSet }): Promise<AgentLauncher>;
  sessions(): Promise<Sessions>;
  /** Ends the embedded studio, whose jobs are kept and go on at the next start, and all connections. */
  close(): Promise<void>;
}

/** @throws VideoToolsetError `invalid_configuration` at once, before anything is opened */
export function openRuntime(options: Options = {}, defaults: Defaults = {}): Runtime {
  const config = resolveConfig(options, undefined, defaults);
  const secrets = secretsOf(config);
  const log = createLog({ enabled: config.debug, secrets });
  const cdnFolder = localCdnFolder(config.cdn);
  const workspace = openWorkspace(config.workspace, { ...(cdnFolder !== undefined && { reserved: [cdnFolder] }) });
  const isEmbedded = config.baseUrl === undefined;
  const server = config.baseUrl === undefined ? 'studio' : serverNameOf(config.baseUrl);
  let studio: Studio | undefined;

  const serverAddress = async (): Promise<string> => {
    if (config.baseUrl !== undefined) return config.baseUrl;
    const { startStudio } = await import('./studio/server.ts');
    const { state, studioModels: models, studioKeepDays: keepDays, studioQuotaGb } = config;
    studio = await startStudio({
      ...{ state, models, log, holdsProcess: false },
      ...(keepDays !== undefined && { keepDays }),
      ...(studioQuotaGb !== undefined && { quotaBytes: studioQuotaGb * 1024 ** 3 }),
      factsOf: async (id) => clipFacts(await ledger.get(), id),
    });
    return studio.baseUrl;
  };
  const api = once<VideoApi>(async () =>
    createVideoApi({
      ...config,
      baseUrl: await serverAddress(),
      serverName: server,
      server: config.baseUrl === undefined ? 'studio' : config.server,
      profile: { ...config.profile, ...(isEmbedded && { isPaid: isPaidBy(config) }) },
      workspace,
      log,
    }),
  );
  const cdn = once<Cdn>(async () => createCdn(config, workspace));
  const sessions = once<Sessions>(async () =>
    (await import('./host/sessions.ts')).openSessions(path.join(config.state, 'sessions')),
  );
  const ledger = once<Ledger>(async () => await openLedger(config, isEmbedded));
  const services: Services = {
    ...{ config, workspace, server, session: randomUUID() },
    ...{ toolNames: TOOL_NAMES, api: api.get, cdn: cdn.get, ledger: ledger.get },
  };
  const chosen = offeredTools(config.tools, isEmbedded ? 'studio' : config.server);
  const tools = toolsOver({ ...services, toolNames: chosen });
  const everyTool = ToolSet.of(toolsOver(services));
  const model = once(async () => (await import('./host/models.ts')).openModel(config));
  const agents: Runtime['agents'] = async ({ agentFolders = [], toolset } = {}) => {
    const { AgentLauncher } = await import('./host/AgentLauncher.ts');
    return new AgentLauncher({
      toolset: ToolSet.of(toolsOver(services)).merge(toolset ?? new ToolSet()),
      moreTools: toolset?.definitions().map(({ name }) => name) ?? [],
      ...{
        agentFolders,
        secrets,
        modelName: config.agentModel,
        model: await model.get(),
        sessions: await sessions.get(),
      },
      async costOf(jobs, since, unclearIn) {
        if (jobs.length === 0 && unclearIn === undefined) return { jobs: 0, seconds: 0, usd: 0 };
        const { costOf } = await import('./production/cost.ts');
        return await costOf(jobs, since, { ledger: await ledger.get(), server, unclearIn });
      },
    });
  };

  return {
    ...services,
    config,
    log,
    toolNames: chosen,
    tools,
    toolset: ToolSet.of(tools),
    everyTool,
    agents,
    sessions: sessions.get,
    async close() {
      const parts = [await api.opened(), await cdn.opened(), await ledger.opened(), studio];
      const ends = await Promise.allSettled(parts.map((part) => part?.close()));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
  };
}

/** The embedded studio's models are known: what its own engine draws costs nothing. */
function isPaidBy({ studioModels }: Pick<Config, 'studioModels'>): (model: string) => boolean {
  return (model) => studioTarget(model, studioModels) !== 'animatic';
}

/**
 * The tools for a host, over a configuration that is resolved and opened at the first call; only which tools there are
 * is decided now.
 * @throws VideoToolsetError `invalid_configuration` for `tools` and `server`
 * @example for (const tool of createVideoToolset()) host.add(tool.name, tool.description, tool.parameters, …)
 */
export function createVideoToolset(options: Options = {}): Tool[] {
  const { tools, server } = resolveTools(options);
  let opened: Runtime | undefined;
  const runtime = (): Runtime => {
    opened ??= openRuntime(options);
    return opened;
  };
  const services: Services = {
    toolNames: offeredTools(tools, server),
    get config() {
      return runtime().config;
    },
    get workspace(): Workspace {
      return runtime().workspace;
    },
    get server() {
      return runtime().server;
    },
    get session() {
      return runtime().session;
    },
    api: async () => await runtime().api(),
    cdn: async () => await runtime().cdn(),
    ledger: async () => await runtime().ledger(),
  };
  return toolsOver(services);
}

function toolsOver(services: Services): Tool[] {
  const every = [...videoTools(services), ...cdnTools(services), ...storyboardTools(services)];
  const { toolNames } = services;
  return every.filter(({ name }) => toolNames.includes(name)).map((tool) => withinReach(tool, toolNames));
}

/** Makes something at most once; a failure is not kept, so that the next use tries again. */
function once<T>(make: () => Promise<T>) {
  let made: Promise<T> | undefined;
  return {
    get: (): Promise<T> => {
      made ??= make().catch((error) => {
        made = undefined;
        throw error;
      });
      return made;
    },
    opened: async (): Promise<T | undefined> => made?.catch(() => undefined),
  };
}
