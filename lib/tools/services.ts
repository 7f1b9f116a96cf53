import type { Config } from '../../types/config.ts';
import type { VideoApi } from '../api/video.ts';
import type { Cdn } from '../cdn/cdn.ts';
import type { Workspace } from '../workspace.ts';

/** What the tools work with; each part is made on first use. */
export interface Services {
  config: Pick<Config, 'approveDelete' | 'waitLimitMs'>;
  workspace: Workspace;
  /** Starts the embedded studio where no server is configured. */
  api(): Promise<VideoApi>;
  cdn(): Promise<Cdn>;
}
