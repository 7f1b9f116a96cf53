import type { RenderedFiles, RenderTask } from '../engine.ts';

/** What the engine sends to its child: the part of a task that can be sent. */
export type ChildTask = Omit<RenderTask, 'onProgress' | 'signal'>;

/** What the child sends back. The two are always of one version, so the kind alone is looked at. */
export type ChildMessage =
  | { kind: 'progress'; done: number; total: number }
  | { kind: 'done'; files: RenderedFiles }
  | { kind: 'failed'; message: string; code: string };

export function isChildTask(message: unknown): message is ChildTask {
  return typeof message === 'object' && message !== null && 'recipe' in message && 'directory' in message;
}

export function isChildMessage(message: unknown): message is ChildMessage {
  return typeof message === 'object' && message !== null && 'kind' in message;
}
