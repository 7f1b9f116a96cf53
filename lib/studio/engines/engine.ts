/** One stretch of a clip, drawn from its own prompt. A clip that was never extended has one. */
export interface RecipeSegment {
  prompt: string;
  seconds: number;
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
}

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
  plan(request: { prompt: string; seconds: number; width: number; height: number; seed: number }): Recipe;
  render(task: RenderTask): Promise<RenderedFiles>;
}
