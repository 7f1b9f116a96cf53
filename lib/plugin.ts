import { ToolSet } from './host/ToolSet.ts';
import { createVideoToolset } from './runtime.ts';

/** For a host's toolset loader: the tools, configured by the environment at their first call. */
export default ToolSet.of(createVideoToolset());
