import type { Tool } from '../../types/tool.ts';
import { characterFailure, characterResult } from './character.ts';
import type { Services } from './services.ts';
import { videoFile } from './source.ts';
import { defineTool } from './tool.ts';

export const videoCharacterCreateTool = (services: Services): Tool =>
  defineTool({
    name: 'video_character_create',
    title: 'Create a character',
    description:
      'Makes a character of what a short video shows, so that several clips can show the same one. Returns its id, for ' +
      'characters of a new clip. Makes no clip. Only with material that the user may use.',
    parameters: {
      type: 'object',
      properties: {
        video: { type: 'string', minLength: 1, description: 'Video file of the workspace, by its path.' },
        name: { type: 'string', minLength: 1, maxLength: 80, description: 'By which prompts name it.' },
      },
      required: ['video', 'name'],
      additionalProperties: false,
    },
    annotations: {
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: false,
      openWorldHint: true,
      costsMoney: false,
    },
    async handler({ video, name }, { signal }) {
      const file = await videoFile(video, services);
      const api = await services.api();
      const character = await api.createCharacter({ video: file, name }, { signal }).catch((error) => {
        throw characterFailure(error);
      });
      return characterResult({ ...character, name: character.name ?? name });
    },
  });
