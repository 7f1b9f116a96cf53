import type { Tool } from '../../types/tool.ts';
import type { Services } from './services.ts';
import { videoCharacterCreateTool } from './videoCharacterCreate.ts';
import { videoCharacterRetrieveTool } from './videoCharacterRetrieve.ts';
import { videoCreateTool } from './videoCreate.ts';
import { videoDeleteTool } from './videoDelete.ts';
import { videoDownloadTool } from './videoDownload.ts';
import { videoEditTool } from './videoEdit.ts';
import { videoExtendTool } from './videoExtend.ts';
import { videoListTool, videoRetrieveTool } from './videoJobs.ts';
import { videoProduceTool } from './videoProduce.ts';
import { videoRemixTool } from './videoRemix.ts';
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
    videoRemixTool(services),
    videoEditTool(services),
    videoExtendTool(services),
    videoDeleteTool(services),
    videoCharacterCreateTool(services),
    videoCharacterRetrieveTool(services),
  ];
}
