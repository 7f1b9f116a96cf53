import type { Tool } from '../../types/tool.ts';
import type { Services } from './services.ts';
import { videoCreateTool } from './videoCreate.ts';
import { videoDownloadTool } from './videoDownload.ts';
import { videoDeleteTool, videoListTool, videoRetrieveTool, videoWaitTool } from './videoJobs.ts';
import { videoProduceTool } from './videoProduce.ts';

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
