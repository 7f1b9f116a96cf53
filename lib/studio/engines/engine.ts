/**
 * What a later prompt asked to change. A remix names new things to see in the same composition, an edit changes only what it
 * names, an extension says how the clip goes on.
 */
export interface RecipeChange {
  kind: 'remix' | 'edit' | 'extension';
  prompt: string;
}

/** One stretch of a clip. A clip that was never extended has one. */
export interface RecipeSegment {
  prompt: string;
  seconds: number;
  /** Applied in order to the scene of the first segment's prompt; none unless given. */
  changes?: RecipeChange[];
  /** As the recipe's palette, where changes gave this segment another one. */
  palette?: string[];
  /** What is written below the picture in place of the prompt; the note stands in a line of its own. */
  caption?: { text: string; note?: string };
}

/** A figure of its own, drawn where a prompt names it verbatim. */
export interface RecipeCharacter {
  id: string;
  name: string;
}

/**
 * All that a clip is drawn from: the same recipe gives the same picture, so a later remix, edit or extension changes the
 * recipe and redraws instead of decoding. Plain JSON: it is stored with its job.
 */
export interface Recipe {
  version: 1;
  /** Unsigned 32-bit. */
  seed: number;
  width: number;
  height: number;
  fps: number;
  segments: RecipeSegment[];
  /** CSS hex colours, from far to near; derived from prompt and seed when the job is made. */
  palette: string[];
  characters?: RecipeCharacter[];
  /** The seed was not asked for; an engine elsewhere chooses its own. */
  isSeedRandom?: true;
}

export interface PlanRequest {
  prompt: string;
  seconds: number;
  width: number;
  height: number;
  seed: number;
  isSeedRandom?: true;
  characters?: RecipeCharacter[];
}

/** A change to a finished clip's recipe; an extension also says how many seconds it adds. */
export type Revision =
  | { kind: 'remix' | 'edit'; prompt: string }
  | { kind: 'extension'; prompt: string; seconds: number };

export interface RenderTask {
  recipe: Recipe;
  /** An image of the recipe's size or any other, used as the first frame. */
  referencePath?: string;
  /** An existing folder of this render's own: the files are written there. */
  directory: string;
  /** Called with frames encoded and frames in all. */
  onProgress(done: number, total: number): void;
  /** Aborting ends the render at once and rejects with the signal's reason. */
  signal: AbortSignal;
}

/**
 * A render by somebody who may take money for it. What is asked for once is never asked for again: after a crash the
 * render goes on with the ticket, or the job fails.
 */
export interface RemoteTask extends RenderTask {
  jobId: string;
  /** What an earlier render of this job kept: the clip is on its way. */
  ticket?: string;
  /** Unix seconds; there with the ticket. */
  askedAt?: number;
  /** To be awaited right before the clip is asked for. Rejects where the job is not ours any more: nothing may be asked then. */
  commit(): Promise<void>;
  /** The provider said no: the clip may be asked for again. */
  takeBack(): Promise<void>;
  /** Keeps what the provider gave to fetch the clip with. */
  keep(ticket: string): Promise<void>;
  /** Keeps, as far as it can, what the user has to know: what is made otherwise than asked for, and what it cost. */
  tell(facts: { notes?: readonly string[]; usd?: number }): Promise<void>;
}

/** Paths of the rendered files, all inside the task's folder. */
export interface RenderedFiles {
  /** MP4 */
  video: string;
  /** WebP */
  thumbnail: string;
  /** JPEG */
  spritesheet: string;
}

/** What renders inside the studio. */
export interface Engine {
  readonly name: string;
  /** Turns a request into the recipe it will be drawn from. Pure: the same request gives the same recipe. */
  plan(request: PlanRequest): Recipe;
  /** Makes the recipe of a remix, an edit or an extension. Pure. An engine without it cannot change its clips. */
  revise?(recipe: Recipe, revision: Revision): Recipe;
  render(task: RenderTask): Promise<RenderedFiles>;
}

/** What has clips made elsewhere. Its name is `provider/model`. */
export interface RemoteEngine {
  readonly name: string;
  plan(request: PlanRequest): { recipe: Recipe; notes: string[] };
  /**
   * Writes `video.mp4` into the task's folder, and `thumbnail.webp` and `spritesheet.jpg` where it can.
   * @throws NotHere where another process may be able to
   */
  render(task: RemoteTask): Promise<void>;
}

/** This process cannot go on with a job, for want of a key or a package; the job is left to one that can. */
export class NotHere extends Error {
  override readonly name = 'NotHere';
}
