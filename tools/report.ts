// The reporter that tools/test.ts gives to each test file: one line of JSON per test, in the order of the file.
import { inspect } from 'node:util'

type Details = {
  duration_ms?: number
  type?: string
  error?: { failureType?: string; cause?: unknown }
}
type Data = {
  name?: string
  nesting?: number
  message?: string
  skip?: unknown
  todo?: unknown
  details?: Details
}

export type Line =
  | { kind: 'passed' | 'skipped'; name: string; durationMs: number }
  | { kind: 'failed'; name: string; durationMs: number; error: string }
  | { kind: 'note'; text: string }

export default async function* report(
  events: AsyncIterable<{ type: string; data: Data }>,
): AsyncGenerator<string> {
  const path: string[] = []
  for await (const { type, data } of events) {
    const { nesting = 0, name = '' } = data
    if (type === 'test:start') path.splice(nesting, Number.POSITIVE_INFINITY, name)
    const line = toLine(type, data, [...path.slice(0, nesting), name].join(' › '))
    if (line) yield `${JSON.stringify(line)}\n`
  }
}

function toLine(type: string, data: Data, name: string): Line | undefined {
  if (type === 'test:diagnostic') return { kind: 'note', text: data.message ?? '' }
  if (type !== 'test:pass' && type !== 'test:fail') return undefined
  const { duration_ms: durationMs = 0, type: what, error } = data.details ?? {}
  if (data.skip !== undefined || data.todo !== undefined)
    return { kind: 'skipped', name, durationMs }
  // What only says that something inside it failed has been told by that.
  if (error?.failureType === 'subtestsFailed') return undefined
  if (type === 'test:fail') return { kind: 'failed', name, durationMs, error: explain(error) }
  return what === 'suite' ? undefined : { kind: 'passed', name, durationMs }
}

const explain = (error: Details['error']) =>
  error?.failureType === 'cancelledByParent'
    ? 'Not run: what it is part of had failed.'
    : inspect(error?.cause instanceof Error ? error.cause : error, { depth: 8, colors: false })
