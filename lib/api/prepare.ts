import type { JobRequest } from '../../types/video.ts';
import type { Workspace } from '../workspace.ts';
import type { WireRequest } from './body.ts';
import { notOffered } from './offers.ts';
import { path, requireId } from './path.ts';
import type { Profile } from './profiles.ts';
import { createRequest, requirePrompt, requireSeconds, sourceRequest } from './request.ts';

/** A call that makes a job, checked and ready to go out; nothing was sent yet. */
export interface PreparedJob {
  operation: JobRequest['operation'];
  /** From which it was prepared, with what the configuration added. */
  request: JobRequest;
  /** Below the base URL. */
  path: string;
  wire: WireRequest;
  /** What was done to the input on the way, for the user. */
  notices: string[];
  /** The job that this one is made from. */
  sourceId?: string;
}

/** @throws VideoToolsetError `invalid_argument`, `unsupported`, `file_not_found`, `outside_workspace`, `invalid_media` */
export async function prepareJob(request: JobRequest, profile: Profile, workspace: Workspace): Promise<PreparedJob> {
  const { operation, parameters } = request;
  if (operation !== 'create' && profile.missing.includes(operation)) throw notOffered(operation, profile);
  switch (operation) {
    case 'create':
      if (parameters.extra?.characters !== undefined && profile.missing.includes('characters'))
        throw notOffered('characters', profile);
      return { operation, request, path: '/videos', ...(await createRequest(parameters, profile, workspace)) };
    case 'remix': {
      const { id, prompt } = parameters;
      requirePrompt(prompt);
      return {
        operation,
        request,
        path: path`/videos/${id}/remix`,
        wire: { fields: { prompt } },
        notices: [],
        sourceId: id,
      };
    }
    case 'edit':
    case 'extend': {
      if (operation === 'extend') requireSeconds(parameters.seconds);
      const wire = await sourceRequest(parameters, workspace);
      const route = `/videos/${operation === 'edit' ? 'edits' : 'extensions'}`;
      const common = { operation, request, path: route, wire, notices: [] };
      if (!('id' in parameters.video)) return common;
      requireId(parameters.video.id);
      return { ...common, sourceId: parameters.video.id };
    }
  }
}
