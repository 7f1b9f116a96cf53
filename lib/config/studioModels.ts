import { recordOf, wrong } from './values.ts';

/** Names of the retired API. Old programs send them; a dated one goes where its undated one goes. */
const OLD_NAME = /^(sora-2(?:-pro)?)(-\d{4}-\d{2}-\d{2})?$/;
const OWN_ENGINE = 'animatic';
const PROVIDER_MODEL = /^[\w.-]+\/\S+$/;

/** From names in requests to what makes their clips: `animatic` or `provider/model`. */
export type StudioModels = Readonly<Record<string, string>>;

/** JSON, or `name=target` apart by commas. */
export function studioModelsOf(value: unknown): StudioModels {
  const isList = typeof value === 'string' && !value.trim().startsWith('{');
  const entries = isList ? value.split(',').map(pairOf) : Object.entries(recordOf('studioModels', value));
  return Object.fromEntries(
    entries.map(([name, target]) => {
      if (name === '' || name === OWN_ENGINE || /\s/.test(name))
        throw wrong('studioModels', `${JSON.stringify(name)} cannot be mapped`);
      if (typeof target !== 'string' || (target !== OWN_ENGINE && !PROVIDER_MODEL.test(target))) {
        throw wrong(
          'studioModels',
          `${JSON.stringify(name)} must go to animatic or to <provider>/<model>, such as google/veo-3.1-generate-preview`,
        );
      }
      return [name, target];
    }),
  );
}

function pairOf(text: string): [string, string] {
  const [, name, target] = /^\s*([^=\s]+)\s*=\s*(\S+)\s*$/.exec(text) ?? [];
  if (name !== undefined && target !== undefined) return [name, target];
  throw wrong('studioModels', `${JSON.stringify(text)} is not name=target`);
}

/** Where the studio sends a model's name: as it is mapped, old names to its own engine, and every other one stays itself. */
export function studioTarget(name: string, map: StudioModels): string {
  const [, oldName] = OLD_NAME.exec(name) ?? [];
  return entryOf(map, name) ?? (oldName === undefined ? name : (entryOf(map, oldName) ?? OWN_ENGINE));
}

function entryOf(map: StudioModels, name: string): string | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}
