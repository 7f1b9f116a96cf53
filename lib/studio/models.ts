import { type StudioModels, studioTarget } from '../config/studioModels.ts';
import { RequestError } from './answers.ts';
import { NotHere, type RemoteEngine } from './engines/engine.ts';

/** What makes a clip: the studio's own engine unless `remote` is there. */
export interface ChosenModel {
  remote?: RemoteEngine;
  /** The name in the request, where that is not what makes the clip. */
  requestedModel?: string;
}

export interface ModelsOptions {
  /** Name of the studio's own engine. */
  own: string;
  /** From names in requests to `animatic` or `provider/model`. */
  map: StudioModels;
  openRemote(model: string): Promise<RemoteEngine>;
}

/**
 * What makes the clips of a model. A request that names none is drawn by the studio itself and costs nothing.
 * @throws RequestError 400 `model_not_found`
 */
export async function chooseModel(name: string | undefined, options: ModelsOptions): Promise<ChosenModel> {
  const { own, map } = options;
  if (name === undefined || name === own) return {};
  const target = studioTarget(name, map);
  const asked = target === name ? {} : { requestedModel: name };
  if (target === own || target === 'animatic') return asked;
  if (!target.includes('/')) throw notFound(name, `it is neither '${own}' nor <provider>/<model>`);
  try {
    return { remote: await options.openRemote(target), ...asked };
  } catch (error) {
    throw error instanceof NotHere ? notFound(name, error.message) : error;
  }
}

function notFound(name: string, reason: string): RequestError {
  return new RequestError(400, `The model '${name.slice(0, 80)}' cannot be used here: ${reason}`, {
    param: 'model',
    code: 'model_not_found',
  });
}
