import { VideoToolsetError } from '../errors.ts';

export type Sdk = typeof import('@modelcontextprotocol/server');

/** The protocol's own package, loaded on use. @throws VideoToolsetError `missing_package` */
export async function loadSdk(): Promise<Sdk> {
  return await import('@modelcontextprotocol/server').catch(missing);
}

/** @throws VideoToolsetError `missing_package` */
export async function loadStdio(): Promise<typeof import('@modelcontextprotocol/server/stdio')> {
  return await import('@modelcontextprotocol/server/stdio').catch(missing);
}

function missing(cause: unknown): never {
  throw new VideoToolsetError('missing_package', 'Serving MCP needs the package @modelcontextprotocol/server.', {
    cause,
    next_step: 'npm install @modelcontextprotocol/server@2 (with --global where video-toolset is global)',
  });
}
