import type { WireFault } from '#edge/control/wire.ts'

/** What the first process tells a worker, in this order; `control` and `announce` one worker alone. */
export type Order =
  | {
      readonly order: 'start'
      readonly listen: string
      /** Where the installation is already known by: the worker listens when it can serve. */
      readonly origin?: string
      /** Another worker serves, or has served: this one brings neither a setup code nor a sample. */
      readonly joins: boolean
    }
  | { readonly order: 'control' | 'announce' }

/** What a worker tells the first process. */
export type Said =
  | {
      readonly said: 'ready'
      readonly origin: string
      /** How long its calls under way may take to end. */
      readonly drainMs: number
    }
  | { readonly said: 'failed'; readonly fault: WireFault }
  /** `stop`: somebody asked for it over the control socket. */
  | { readonly said: 'announced' | 'stop' }

/** What closing takes after calls have ended or been given up. */
export const closingMs = 10_000
