import type { Tool } from '../../types/tool.ts';
import { cdnDeleteTool, cdnListTool, cdnUploadTool } from './cdn.ts';
import type { Services } from './services.ts';

/** The tools for publishing. */
export function cdnTools(services: Services): Tool[] {
  return [cdnUploadTool(services), cdnListTool(services), cdnDeleteTool(services)];
}
