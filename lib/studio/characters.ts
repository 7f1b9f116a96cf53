import type { FastifyInstance } from 'fastify';
import { RequestError } from './answers.ts';
import { readFields, requireValue, textOf } from './fields.ts';
import type { Jobs } from './jobs.ts';
import { readVideoUpload, VideoUpload } from './videoUpload.ts';

export const MAX_CHARACTER_BYTES = 64 * 1024 * 1024;
const WITH_VIDEO = { config: { formBytes: MAX_CHARACTER_BYTES + 1024 ** 2 } };
const MAX_NAME_LENGTH = 80;

/** Characters: figures that are drawn into clips whose prompt names them. */
export function registerCharacters(server: FastifyInstance, jobs: Jobs): void {
  server.post('/v1/videos/characters', WITH_VIDEO, async (request) => {
    if (!request.isMultipart()) {
      throw new RequestError(400, 'A character is made from multipart/form-data with a video file and a name.', {
        code: 'invalid_body',
      });
    }
    const fields = await readFields(request, ['video', 'name'], {
      readFile: readVideoUpload,
      fileBytes: MAX_CHARACTER_BYTES,
    });
    requireValue('video', fields.video);
    if (!(fields.video instanceof VideoUpload)) {
      throw new RequestError(400, "Invalid type for 'video': expected a file.", {
        param: 'video',
        code: 'invalid_type',
      });
    }
    const name = textOf('name', fields.name, MAX_NAME_LENGTH).trim();
    if (name === '')
      throw new RequestError(400, "Invalid 'name': it must not be blank.", { param: 'name', code: 'invalid_value' });
    return jobs.createCharacter(name);
  });

  server.get<{ Params: { id: string } }>('/v1/videos/characters/:id', async (request) => {
    const { id } = request.params;
    const character = await jobs.character(id);
    if (character) return character;
    throw new RequestError(404, `Character with id '${id}' not found.`, { code: 'not_found', param: 'character_id' });
  });
}
