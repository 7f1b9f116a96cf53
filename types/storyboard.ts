import type { PublishedFile } from './cdn.ts';
import type { Clip, ClipState } from './ledger.ts';
import type { SavedFile } from './tool.ts';

/** What a shot makes of another one: its last frame is the first of this one, it is made longer, or made anew by other words. */
export type ShotLink = 'continue_from' | 'extends' | 'remix_of';

/** A shot as it is wanted, its template filled in. Wire names. */
export interface ShotRequest {
  prompt: string;
  /** Length in seconds, as the wire has it. */
  seconds?: string;
  size?: string;
  model?: string;
  /** A picture of the workspace, or its address. */
  input_reference?: string;
  fit?: 'cover' | 'contain' | 'stretch' | 'none';
  characters?: string[];
  source?: { link: ShotLink; shot: string };
}

/** A shot of a storyboard that is to be written down. */
export interface PlannedShot {
  id: string;
  request: ShotRequest;
  /** Equal for what gives equal clips, but for their sources: of the request, and of the picture it names. */
  hash: string;
}

/** What becomes of the shots in the end. */
export interface StoryboardOutput {
  /** Is one film made of the shots? */
  concatenate: boolean;
  /** Ids, in the order of the film; undefined for that of the storyboard. */
  order?: string[];
  /** Is the film published? The shots are in any case. */
  publish: boolean;
  /** At which second of the film its poster is taken. */
  poster: number;
}

export interface StoryboardPlan {
  id: string;
  title: string;
  /** The word `studio` for the embedded one, otherwise the server's origin and path. */
  server: string;
  /** Absolute. */
  workspace: string;
  /** Its file, as it was named; absent where it came as text. */
  file?: string;
  output: StoryboardOutput;
  /** Every source before what is made of it is not asked for; the order is the storyboard's. */
  shots: readonly PlannedShot[];
}

/** A storyboard as it is written down. Times in milliseconds since 1970. */
export interface Storyboard extends Omit<StoryboardPlan, 'shots'> {
  createdAt: number;
  updatedAt: number;
  film?: Film;
}

/** The film of a storyboard. */
export interface Film {
  /** Equal for films of the same clips in the same order. */
  hash: string;
  file: SavedFile;
  published?: PublishedFile;
}

/**
 * How far the storyboard itself is with a shot: `waiting` for its source, `ready` to be worked on, `done` when its clip
 * is published, `failed` when no clip will come of it unless it is tried again.
 */
export type ShotStage = 'waiting' | 'ready' | 'done' | 'failed';

/** Where a shot stands: what its clip is, once it has one. */
export type ShotState = ClipState | 'waiting' | 'ready';

/** A shot as it is written down. */
export interface Shot {
  storyboard: string;
  id: string;
  /** Its place, from 1. */
  number: number;
  /** Told apart by it are shots that ask for the same. */
  take: number;
  stage: ShotStage;
  request: ShotRequest;
  /** Equal for what gives equal clips, its sources included. */
  hash: string;
  /** The key of its clip in the ledger. */
  clip?: string;
  /** Why it failed, or what last stood in its way. */
  error?: { code: string; message: string };
}

/** What another plan of a storyboard changed. */
export interface PlanChanges {
  /** Shots that keep the clip they have. */
  kept: number;
  /** Ids of the shots that have none yet. */
  wanted: string[];
  /** Keys of clips that no shot wants any more; those that are paid for are not lost. */
  dropped: string[];
}

/** A shot with its clip. */
export interface ShotView extends Shot {
  state: ShotState;
  made?: Clip;
  /** What was paid for it, or may have been. */
  cost?: { seconds: number; usd?: number };
}
