import type { Config } from '../../types/config.ts';
import type { Clip } from '../../types/ledger.ts';
import type { ToolContext } from '../../types/tool.ts';
import type { Video } from '../../types/video.ts';
import type { VideoApi } from '../api/video.ts';
import type { Cdn } from '../cdn/cdn.ts';
import { VideoToolsetError } from '../errors.ts';
import type { LedgerFiles } from '../ledger/files.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Workspace } from '../workspace.ts';

/** What carries a clip from its request to its address; each part is made on first use. */
export interface ProductionServices {
  config: Pick<Config, 'budget' | 'prices' | 'approveAboveUsd' | 'sendDeadlineMs' | 'waitLimitMs'>;
  workspace: Workspace;
  /** The word `studio` for the embedded one, otherwise the server's origin and path. */
  server: string;
  /** Within which a finished clip is found again, where a call names no session of its own. */
  session: string;
  /** Starts the embedded studio where no server is configured. */
  api(): Promise<VideoApi>;
  cdn(): Promise<Cdn>;
  ledger(): Promise<Ledger>;
  /** Set where several machines, each with a workspace of its own, work on the same clips. */
  shared?: SharedPlace;
  /** Finds out what became of a clip whose answer was lost. @default `reconcile` */
  reconcile?: (clip: Clip, services: ProductionServices, options: StepOptions) => Promise<Step>;
}

/** What clips and storyboards of a fleet belong to, in place of a workspace: no absolute path is called so. */
export const FLEET = 'fleet';

/** What stands in for the one workspace that all files lie in. */
export interface SharedPlace {
  /** What is wanted here belongs to it: whoever works for it may take it over. */
  name: string;
  /** Small files that every machine can have. */
  files: LedgerFiles;
}

/** What clips and storyboards that are wanted here belong to. */
export function ownerOf({ shared, workspace }: Pick<ProductionServices, 'shared' | 'workspace'>): string {
  return shared?.name ?? workspace.root;
}

export type StepOptions = Pick<ToolContext, 'signal' | 'progress'> & {
  /** The only one that breaks off a request that makes a job: a limit that comes in its midst would lose the answer. */
  stop: AbortSignal | undefined;
  /** How long a step may take, in milliseconds; with 0 a job is asked for once, and not waited for. */
  limitMs: number;
  /** May a request be sent for which it is certain that it made no job? @default true */
  maySend?: boolean;
  /**
   * A request that was refused for a passing reason, such as a 429, is sent again after a while; or the refusal is told at
   * once, and the clip stays as it was intended, for a step at a better time. @default 'retried'
   */
  refusals?: 'retried' | 'told' | undefined;
};

/** Where a clip stands after a step. */
export interface Step {
  clip: Clip;
  /** Its job, where the server was asked. */
  video?: Video;
  /** Is there nothing left to do without a person, or at all? */
  isSettled: boolean;
  /** The next step makes sense after so many milliseconds. @default 0 */
  pauseMs?: number;
}

/** Ids of jobs mean nothing to another server: what it says of one is not said of this clip. @throws VideoToolsetError `invalid_argument` */
export function requireItsServer({ key, server }: Clip, services: Pick<ProductionServices, 'server'>): void {
  if (server === services.server) return;
  const setting = server === 'studio' ? 'without VIDEO_BASE_URL' : `with VIDEO_BASE_URL=${server}`;
  throw new VideoToolsetError('invalid_argument', `The clip ${key} belongs to another server (${server}).`, {
    next_step: `Go on with it ${setting}: video-toolset produce --resume`,
  });
}
