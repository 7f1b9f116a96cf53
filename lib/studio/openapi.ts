import { paths } from './openapi/paths.ts';
import { schemas } from './openapi/schemas.ts';

/** What the studio speaks, as an OpenAPI 3.1 description; also served at `/openapi.json`. */
export const openapi = {
  openapi: '3.1.0',
  info: {
    title: 'video-toolset studio',
    version: '1.0.0',
    summary: 'A Videos API server that draws previews.',
    description:
      'The ten operations of the Videos API, answered by animatic previews: moving pictures drawn from the words of the ' +
      'prompt, not generative video; a `model` of `provider/model` is made by that provider. A token is ' +
      'asked for only where one is set. Unknown parameters are refused with 400, and whatever is too much or too fast ' +
      'with 429, before anything is stored. What goes beyond the API is marked with `x-studio`.',
  },
  servers: [{ url: '/v1', description: 'This studio.' }],
  tags: [{ name: 'Videos' }, { name: 'Characters' }],
  paths,
  security: [{}, { token: [] }],
  components: { schemas, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
} as const;
