export { type HttpOptions, type McpHttpServer, serveMcpHttp } from './http.ts';
export type { McpServices } from './server.ts';
export { type StdioOptions, serveMcpStdio } from './stdio.ts';
