import path from 'node:path';
import multipart from '@fastify/multipart';
import staticFiles from '@fastify/static';
import fastify from 'fastify';
import { tokenOf } from '../config/values.ts';
import { VideoToolsetError } from '../errors.ts';
import { isLoopback } from '../hostNames.ts';
import { createLog, type Log } from '../log.ts';
import { RequestError } from './answers.ts';
import { registerBodies } from './bodies.ts';
import { registerCharacters } from './characters.ts';
import { createAnimaticEngine } from './engines/animatic/animatic.ts';
import type { BridgeOptions } from './engines/bridge/bridge.ts';
import type { Engine, RemoteEngine } from './engines/engine.ts';
import { earlyFailures, registerFailures, requestId } from './failures.ts';
import { fetchImage } from './fetchImage.ts';
import { registerGuard } from './guard.ts';
import type { Job } from './job.ts';
import { openJobs } from './jobs.ts';
import { LIMITS, type StudioLimits } from './limits.ts';
import { registerMetrics } from './metrics.ts';
import { chooseModel } from './models.ts';
import { openapi } from './openapi.ts';
import { registerPage } from './page/page.ts';
import type { ClipFacts } from './page/wire.ts';
import { MAX_IMAGE_BYTES, SECONDS, SIZES } from './requests.ts';
import { registerRevisions } from './revisions.ts';
import { registerVideos } from './routes.ts';
import { registerStop } from './stop.ts';
import { createTally } from './tally.ts';

export type { StudioLimits } from './limits.ts';
export { openapi } from './openapi.ts';
export type { ClipFacts } from './page/wire.ts';

/** Of a body that brings no image. */
const MOST_TEXT_BYTES = 1024 * 1024;

export interface StudioOptions {
  /** The state folder; several studios may share it and then see the same jobs. */
  state: string;
  /** @default 0: any free port */
  port?: number;
  /** @default '127.0.0.1': this machine only */
  host?: string;
  /** Renders at once. @default the number of cores */
  concurrency?: number;
  /** @default the animatic engine */
  engine?: Engine;
  /**
   * What makes the clips of which model: from names in requests, such as `sora-2`, to `animatic` or `provider/model`.
   * @default every old name is drawn by animatic
   */
  models?: Readonly<Record<string, string>>;
  /** How the models of providers are reached, and how long they may take. */
  bridge?: BridgeOptions;
  /** Opens what makes the clips of a `provider/model`. @default the bridge to the AI SDK's providers */
  openRemote?(model: string): Promise<RemoteEngine>;
  /** What clients send as bearer token, any of these; needed beyond this machine. @default none is asked for */
  tokens?: readonly string[];
  /** Further names under which it is reached, such as a proxy's. @default [] */
  allowedHosts?: readonly string[];
  /** Origins whose pages may use the studio with a token, such as `https://app.example.org`. @default [] */
  cors?: readonly string[];
  /** Days for which a completed clip can be fetched. @default 30 */
  keepDays?: number;
  /** Bytes that all files may have; the oldest clips go first. @default 20 GiB, or a tenth of the disk where that is less */
  quotaBytes?: number;
  /** May the address of an image lie in a private network? @default false */
  allowPrivateImages?: boolean;
  /** What is taken at once, how fast, and for how long it is waited. */
  limits?: Partial<StudioLimits>;
  /** Does the process stay alive for it? Not when embedded. @default true */
  holdsProcess?: boolean;
  /** Tells the page what a clip cost and where it was published. @default it says nothing of either */
  factsOf?: (id: string) => Promise<ClipFacts | undefined>;
  log?: Log;
}

export interface Studio {
  /** To be used as `VIDEO_BASE_URL`; ends in `/v1`. */
  readonly baseUrl: string;
  /** Lets answers that have begun end within some seconds, stops renders, which go on at the next start, and frees the port. */
  close(): Promise<void>;
}

/**
 * The embedded Videos API server. It renders previews, not generative video, needs no key and costs nothing.
 * @throws VideoToolsetError `storage_failed`; `invalid_configuration` for a token that is too short, or none beyond this
 * machine; the system's error where the port is taken
 */
export async function startStudio(options: StudioOptions): Promise<Studio> {
  const { state, port = 0, host = '127.0.0.1', log = createLog(), engine = createAnimaticEngine() } = options;
  const { tokens = [], allowPrivateImages = false, keepDays = 30, quotaBytes } = options;
  const limits = { ...LIMITS, ...options.limits };
  const callers = Math.max(1, tokens.length);
  for (const token of tokens) tokenOf('studioToken', token);
  if (tokens.length === 0 && !isLoopback(host)) throw needsToken(host);
  const folder = path.resolve(state, 'studio');
  const { models = {}, openRemote = bridgeTo(options.bridge) } = options;
  const tally = createTally();
  const jobs = await openJobs({
    ...{ folder, engine, openRemote, log, onRenderEnd: tally.add },
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
    ...(quotaBytes !== undefined && { quotaBytes }),
    ...{ keepSeconds: keepDays * 86_400, mostQueued: limits.queuedJobs, callers },
  });
  const server = fastify({
    ...earlyFailures,
    bodyLimit: MOST_TEXT_BYTES,
    genReqId: requestId,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1_024 },
    requestTimeout: limits.requestMs,
    connectionTimeout: limits.idleMs,
    http: {
      requireHostHeader: false,
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: Math.min(5_000, limits.headersMs),
    },
  });
  server.server.maxConnections = limits.connections;
  // Node would answer by itself to what a client expects beyond 100-continue.
  server.server.on('checkExpectation', server.routing);
  await server.register(multipart, { throwFileSizeLimit: false });
  await server.register(staticFiles, { root: path.join(folder, 'jobs'), serve: false, dotfiles: 'deny' });

  const find = async (id: string): Promise<Job> => {
    const job = await jobs.get(id);
    if (job === undefined)
      throw new RequestError(404, `Video with id '${id}' not found.`, { code: 'not_found', param: 'video_id' });
    return job;
  };

  registerFailures(server, log);
  const stop = registerStop(server, limits.graceMs);
  const callerOf = registerGuard(server, { ...options, host, rates: limits });
  registerBodies(server, { mostMemoryBytes: limits.bodyMemoryBytes, callers, callerOf });
  const page = registerPage(server, {
    ...{ folder, find, log, factsOf: options.factsOf, callerOf, callers },
    choices: { models: { [engine.name]: engine.name, ...models }, seconds: SECONDS, sizes: SIZES },
  });
  registerMetrics(server, async () => tally.metricsOf({ ...(await jobs.figures()), streams: page.streams }));
  server.get('/healthz', async () => ({ status: await jobs.get('').then(() => 'ok') }));
  server.get('/openapi.json', async () => openapi);
  registerRevisions(server, { jobs, find, callerOf });
  registerCharacters(server, jobs);
  registerVideos(server, {
    ...{ jobs, find, callerOf, uploadFolder: path.join(folder, 'uploads') },
    reader: {
      findCharacter: (id) => jobs.character(id),
      chooseModel: (name) => chooseModel(name, { own: engine.name, map: models, openRemote }),
      fetchImage: (address, uploads, signal) =>
        fetchImage(address, { uploads, signal, mostBytes: MAX_IMAGE_BYTES, allowPrivate: allowPrivateImages }),
    },
  });

  // A client in this process keeps its connections open, and their other ends are here.
  if (options.holdsProcess === false) server.server.on('connection', (socket) => socket.unref());
  const address = await server.listen({ port, host }).catch(async (error) => {
    await jobs.close();
    throw error;
  });
  if (options.holdsProcess === false) server.server.unref();
  return {
    baseUrl: `${address}/v1`,
    async close() {
      await stop();
      await jobs.close();
    },
  };
}

/** Loaded with the first clip that needs it. */
function bridgeTo(options?: BridgeOptions): (model: string) => Promise<RemoteEngine> {
  return async (model) => {
    const { createBridge } = await import('./engines/bridge/bridge.ts');
    return await createBridge(options)(model);
  };
}

function needsToken(host: string): VideoToolsetError {
  return new VideoToolsetError(
    'invalid_configuration',
    `The studio listens on ${host}, beyond this machine, only where it asks for a token.`,
    { next_step: 'Set VIDEO_STUDIO_TOKEN (--token) to at least 16 characters, or leave --host out.' },
  );
}
