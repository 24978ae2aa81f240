import { bounds } from './bounds.ts'
import { unanswerable } from './unanswerable.ts'

// Evaluations run one after the other, each from beginning to end: one count serves them all.
let left = 0

export const startMeter = (): void => {
  left = bounds.steps
}

/** Before the work, not after it: what costs too much is not begun. */
export const pay = (steps: number): void => {
  left -= steps
  if (left < 0) throw unanswerable('spent')
}

/** For what reads characters one after the other: 64 of them in the time of a step. */
export const payForText = (characters: number): void => pay(1 + Math.floor(characters / 64))

/** Of the evaluation that was the last one. */
export const stepsTaken = (): number => bounds.steps - left
