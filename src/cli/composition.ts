import type { Installation } from '#gateway/installation.ts'

/** What the terminal needs of the composition root; `main.ts` hands it in, and it is loaded only when used. */
export interface Composition {
  /** Serves until `stop` is called. Throws Fault('locked'), Fault('port_taken'), Fault('bad_configuration'). */
  startInstallation(options: StartOptions): Promise<Started>
  /** Opens the folder for one command while nothing serves. Throws Fault('locked') where something does. */
  openInstallation(options: {
    data: string
    config?: string
    store?: string
  }): Promise<{ installation: Installation; close(): Promise<void> }>
}

export interface StartOptions {
  readonly data: string
  /** `HOST:PORT`; port 0 takes a free one. */
  readonly listen: string
  readonly origin?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly trustProxy?: string
  readonly config?: string
  /** `postgres://…`; without it the data folder is the store. */
  readonly store?: string
  readonly sample: boolean
  /** What is typed to run this program again, and for this folder. */
  readonly program?: string
  /** Set in one of several processes that were started together. */
  readonly worker?: {
    /** Another one serves, or has served: neither a setup code nor a sample plane is made. */
    readonly joins: boolean
  }
  /** A line of the operator's log. */
  readonly print: (line: string) => void
}

export interface Started {
  readonly installation: Installation
  readonly gateway: string
  readonly manager: string
  /** For the first administrator, where there is none yet: never for a log. */
  readonly setupCode: { readonly code: string; readonly endsAt: number } | undefined
  /** The plane to begin with, where there is one. */
  readonly plane: string | undefined
  /** Longest wait of `stop` for calls under way. */
  readonly drainMs: number
  /** Drains, closes and resolves; no child is left. */
  stop(): Promise<void>
}
