/** Whose side a failure is on: what a person asks first. */
export type Side = 'ours' | 'yours' | 'network'

/** What the API said instead of an answer (RFC 9457), or that nothing answered. */
export class Problem extends Error {
  readonly status: number
  /** The last word of the problem's type: a code of docs/errors.md; `unreachable` where nothing answered. */
  readonly code: string
  readonly detail: string | undefined
  readonly fix: string | undefined
  readonly ref: string | undefined
  /** From when on what was asked for is recorded. UTC milliseconds. */
  readonly recordedSince: number | undefined
  readonly problems: readonly Readonly<Record<string, unknown>>[]

  constructor(status: number, said: Said) {
    super(said.detail ?? said.title ?? `HTTP ${status}`)
    this.name = 'Problem'
    this.status = status
    this.code = said.type?.split('/').at(-1)?.replaceAll('-', '_') ?? 'internal'
    this.detail = said.detail ?? said.title
    this.fix = said.fix
    this.ref = said.ref
    this.recordedSince = said.recordedSince
    this.problems = said.problems ?? []
  }

  get side(): Side {
    if (this.status === 0) return 'network'
    return this.status >= 500 ? 'ours' : 'yours'
  }
}

interface Said {
  readonly type?: string
  readonly title?: string
  readonly detail?: string
  readonly fix?: string
  readonly ref?: string
  readonly recordedSince?: number
  readonly problems?: readonly Readonly<Record<string, unknown>>[]
}

export const problemOf = (status: number, said: unknown): Problem =>
  new Problem(status, typeof said === 'object' && said !== null ? said : {})

export const unreachable = (): Problem =>
  new Problem(0, { type: 'unreachable', title: 'The gateway does not answer.' })
