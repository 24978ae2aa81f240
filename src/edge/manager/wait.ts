import { Fault } from '#lib/fault.ts'

/** Too many attempts: when the next one is let in. */
export class Wait extends Fault {
  readonly retryAfterMs: number

  constructor(retryAfterMs: number) {
    super('flood', { detail: 'Too many attempts; wait before the next one.' })
    this.name = 'Wait'
    this.retryAfterMs = retryAfterMs
  }
}
