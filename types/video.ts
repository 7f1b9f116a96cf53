/** The states of a job that every server's own words are mapped to. Only the last four are ends. */
export type VideoStatus = 'queued' | 'in_progress' | 'completed' | 'failed' | 'cancelled' | 'expired';

/** What went wrong with a job, as its server tells it. */
export interface VideoJobError {
  code: string | null;
  message: string;
}

/** A job on a video server, parsed tolerantly: only `id` and `status` can be relied on. Wire names; times in unix seconds. */
export interface Video {
  id: string;
  status: VideoStatus;
  /** The server's own word for the status, where it is another one. */
  raw_status?: string;
  /** 0 to 100. */
  progress?: number;
  model?: string;
  prompt?: string;
  /** Length in seconds, as the wire has it: a string. */
  seconds?: string;
  /** `WIDTHxHEIGHT` in pixels. */
  size?: string;
  created_at?: number;
  completed_at?: number;
  /** When the server stops offering the bytes. */
  expires_at?: number;
  remixed_from_video_id?: string;
  error?: VideoJobError;
  /** What the client did to the input, or learned of the server, that the user should know. */
  notices?: string[];
  /** Everything else the server said; never shown to a model. */
  raw: Record<string, unknown>;
}

export interface VideoList {
  data: Video[];
  /** Unknown where the server does not say. */
  has_more?: boolean;
  /** The cursor for `after`. */
  last_id?: string;
  /** The server's clock as it answered, in milliseconds since 1970; absent where it does not say. */
  date?: number;
}

/** `video` is the MP4, `thumbnail` a WebP, `spritesheet` a JPEG. A server may know others. */
export type VideoVariant = 'video' | 'thumbnail' | 'spritesheet' | (string & {});

/** A file handed to a server: from the workspace, from memory, by address, or one the server already has. */
export type FileInput = { path: string } | Blob | { url: string } | { file_id: string };

export interface CreateParameters {
  prompt: string;
  model?: string;
  /** Length in seconds, e.g. `'8'`. */
  seconds?: string;
  /** `WIDTHxHEIGHT`, e.g. `1280x720`. */
  size?: string;
  input_reference?: FileInput;
  /** How a reference image of another shape is brought to `size`; `none` sends it as it is. @default 'cover' */
  fit?: 'cover' | 'contain' | 'stretch' | 'none';
  /** A server's own parameters, passed through as they are. */
  extra?: Record<string, unknown>;
}

export interface EditParameters {
  video: { id: string } | { path: string } | Blob;
  prompt: string;
  extra?: Record<string, unknown>;
}

export interface ExtendParameters extends EditParameters {
  seconds: string;
}

/** A call that makes a job, as another process can repeat it. */
export type JobRequest =
  | { operation: 'create'; parameters: CreateParameters }
  | { operation: 'remix'; parameters: { id: string; prompt: string } }
  | { operation: 'edit'; parameters: EditParameters }
  | { operation: 'extend'; parameters: ExtendParameters };

export interface CharacterParameters {
  video: { path: string } | Blob;
  name: string;
}

export interface Character {
  id: string | null;
  name: string | null;
  created_at?: number;
  raw: Record<string, unknown>;
}

export interface ListParameters {
  /** 1 to 100. */
  limit?: number;
  order?: 'asc' | 'desc';
  /** The id of the last job of the page before. */
  after?: string;
}
