export type { Clip, ClipState } from '../../types/ledger.ts';
export type {
  Film,
  PlanChanges,
  Shot,
  ShotState,
  ShotView,
  Storyboard,
  StoryboardPlan,
} from '../../types/storyboard.ts';
export { advance } from './advance.ts';
export { inFleet, requireShared } from './fleet/fleet.ts';
export { type FleetQueue, openQueue } from './fleet/queue.ts';
export { beginInFleet, type FleetOptions, runInFleet } from './fleet/runFleet.ts';
export { createWorker, type FleetWorker, type WorkerOptions, type WorkerStatus } from './fleet/worker.ts';
export { type Outcome, produce, produceWish } from './produce.ts';
export type { ProductionServices, Step, StepOptions } from './services.ts';
export { advanceShot, type ShotOptions, type ShotStep } from './storyboard/advanceShot.ts';
export type { Estimate } from './storyboard/estimate.ts';
export { estimateText } from './storyboard/estimateText.ts';
export { lastFrameOf } from './storyboard/frame.ts';
export { loadStoryboard, type StoryboardText } from './storyboard/load.ts';
export type { ShotEvent } from './storyboard/runShots.ts';
export {
  estimateOf,
  estimateOfPlan,
  finishStoryboard,
  planStoryboard,
  retryFailed,
  runStoryboard,
  type StoryboardOptions,
  type StoryboardRun,
} from './storyboard/runStoryboard.ts';
export { STORYBOARD_SCHEMA } from './storyboard/schema.ts';
export { storyboardFile } from './storyboard/storyboardFile.ts';
export { intend, send, type Wish } from './submit.ts';
