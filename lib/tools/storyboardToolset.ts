import type { Tool } from '../../types/tool.ts';
import type { Services } from './services.ts';
import { storyboardProduceTool } from './storyboardProduce.ts';
import { storyboardStatusTool } from './storyboardStatus.ts';

/** The tools for many shots at once. */
export function storyboardTools(services: Services): Tool[] {
  return [storyboardProduceTool(services), storyboardStatusTool(services)];
}
