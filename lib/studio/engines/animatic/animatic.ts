import type { Engine } from '../engine.ts';
import { planRecipe } from './plan.ts';
import { renderInChild } from './renderInChild.ts';
import { reviseRecipe } from './revise.ts';

/** Draws a moving picture of the prompt, in a process of its own, from npm packages alone. */
export function createAnimaticEngine(): Engine {
  return { name: 'animatic', plan: planRecipe, revise: reviseRecipe, render: renderInChild };
}
