import type { Tool } from '../../types/tool.ts';
import { characterFailure, characterResult } from './character.ts';
import type { Services } from './services.ts';
import { defineTool, READS } from './tool.ts';

export const videoCharacterRetrieveTool = (services: Services): Tool =>
  defineTool({
    name: 'video_character_retrieve',
    title: 'Look at a character',
    description: 'Returns the name of a character, if its server still has it. Costs nothing.',
    parameters: {
      type: 'object',
      properties: { id: { type: 'string', minLength: 1, description: 'Id of the character.' } },
      required: ['id'],
      additionalProperties: false,
    },
    annotations: READS,
    async handler({ id }, { signal }) {
      const api = await services.api();
      const character = await api.retrieveCharacter(id, { signal }).catch((error) => {
        throw characterFailure(error);
      });
      return characterResult({ ...character, id: character.id ?? id });
    },
  });
