export type { AgentEvent, AgentResult, Cost } from '../types/agent.ts';
export type { CdnDriver, CdnEntry, CdnFileHeaders, CdnUpload, PublishedFile, Verification } from '../types/cdn.ts';
export type { Config, Options } from '../types/config.ts';
export type { ErrorCode, ErrorReport } from '../types/error.ts';
export type { Host, ToolHandler } from '../types/host.ts';
export type {
  ApprovalRequest,
  JobView,
  ProgressReport,
  SavedFile,
  Tool,
  ToolAnnotations,
  ToolContext,
  ToolResult,
} from '../types/tool.ts';
export type {
  Character,
  CreateParameters,
  EditParameters,
  ExtendParameters,
  FileInput,
  ListParameters,
  Video,
  VideoList,
  VideoStatus,
} from '../types/video.ts';
export { createVideoApi, type VideoApi, type VideoApiConfig } from './api/video.ts';
export { resolveConfig } from './config.ts';
export { ApiError, VideoToolsetError } from './errors.ts';
export { type HandOffAgent, handOffToolset } from './host/handOffToolset.ts';
export { ToolSet } from './host/ToolSet.ts';
export { createVideoToolset, openRuntime, type Runtime } from './runtime.ts';
export { runTool } from './tools/run.ts';
export { defineTool } from './tools/tool.ts';
export { openWorkspace, type Workspace, type WorkspaceFile } from './workspace.ts';
