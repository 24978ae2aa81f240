import { retryAfter } from './rate-limit.ts'

/** What is told to a program that called and was refused. */
export interface Refusal {
  /** The last segment of its type, for programs to tell problems apart by. */
  readonly kind: 'denied' | 'held' | 'limited' | 'unrecorded'
  /** A sentence that its reader can act on. */
  readonly detail: string
  /** When it may be tried again; undefined where trying again changes nothing. */
  readonly retryAfterMs?: number | undefined
  /** What else is told, beside the members of RFC 9457. */
  readonly more?: Readonly<Record<string, string | number>>
}

export interface ProblemAnswer {
  readonly status: number
  /** Name and value in turn. */
  readonly headers: readonly string[]
  readonly bytes: Buffer
}

const ROWS = {
  denied: { status: 403, title: 'This is not permitted.' },
  held: { status: 403, title: 'This waits for a person.' },
  limited: { status: 429, title: 'This is more than is permitted in this time.' },
  unrecorded: { status: 503, title: 'This could not be recorded, so it was not done.' },
} as const satisfies Record<Refusal['kind'], { status: number; title: string }>

/** RFC 9457. `types` is the address that all types of problems lie below, with its slash. */
export function problemDetails(refusal: Refusal, types: string): ProblemAnswer {
  const { kind, detail, retryAfterMs, more } = refusal
  const { status, title } = ROWS[kind]
  const isRetried = retryAfterMs !== undefined
  const body = {
    ...more,
    type: `${types}${kind}`,
    title,
    status,
    detail,
    ...(isRetried ? { retryAfterMs } : {}),
  }
  const bytes = Buffer.from(JSON.stringify(body))
  const headers = [
    ...['content-type', 'application/problem+json', 'cache-control', 'no-store'],
    ...(isRetried ? ['retry-after', retryAfter(retryAfterMs)] : []),
  ]
  return { status, headers, bytes }
}
