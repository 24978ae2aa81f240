import { bounds } from './bounds.ts'

/** An evaluation that cannot go on. Its message is for those who may know, and holds no value of the call. */
export class Unanswerable extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Unanswerable'
  }
}

// Evaluations run one after the other, each from beginning to end: one count serves them all.
let left = 0

export const startMeter = (): void => {
  left = bounds.steps
}

/** Before the work, not after it: what costs too much is not begun. */
export const pay = (steps: number): void => {
  left -= steps
  if (left < 0) throw new Unanswerable(`it takes more than ${bounds.steps} steps`)
}

/** For what reads characters one after the other: 64 of them in the time of a step. */
export const payForText = (characters: number): void => pay(1 + Math.floor(characters / 64))

/** Of the evaluation that was the last one. */
export const stepsTaken = (): number => bounds.steps - left
