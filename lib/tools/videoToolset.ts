import type { Tool } from '../../types/tool.ts';
import type { Services } from './services.ts';
import { videoCreateTool } from './videoCreate.ts';
import { videoDeleteTool } from './videoDelete.ts';
import { videoDownloadTool } from './videoDownload.ts';
import { videoListTool, videoRetrieveTool } from './videoJobs.ts';
import { videoProduceTool } from './videoProduce.ts';
import { videoWaitTool } from './videoWait.ts';

/** The tools over the Videos API, in the order a model needs them. */
export function videoTools(services: Services): Tool[] {
  return [
    videoProduceTool(services),
    videoCreateTool(services),
    videoWaitTool(services),
    videoRetrieveTool(services),
    videoListTool(services),
    videoDownloadTool(services),
    videoDeleteTool(services),
  ];
}
