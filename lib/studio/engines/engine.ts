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
}

export interface PlanRequest {
  prompt: string;
  seconds: number;
  width: number;
  height: number;
  seed: number;
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
