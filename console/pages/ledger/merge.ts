import type { Answer } from '../../api/client.ts'
import type { Problem } from '../../api/problem.ts'

export type CallRow = Answer<'get', '/api/v1/planes/{plane}/calls'>['items'][number]

/** One step back in every plane that has more. */
export interface Step {
  readonly rows: readonly CallRow[]
  /** Where to go on, by plane; undefined where everything was looked at. */
  readonly cursor: Readonly<Record<string, string>> | undefined
  readonly problems: readonly { readonly plane: string; readonly problem: Problem }[]
  /** Calls before it were not looked at. */
  readonly cutAt?: number
}

/** A count of equal refusals has no id of its own. */
export const keyOf = ({ call, plane, position }: CallRow): string =>
  call === '' ? `${plane}-${position}` : call

/**
 * The calls of several planes, newest first. What is older than the point to which a plane has been
 * looked at waits: a row of that plane may belong before it.
 */
export const merged = (steps: readonly Step[]): readonly CallRow[] => {
  const rows = steps.flatMap((step) => step.rows)
  const planes = new Set(rows.map(({ plane }) => plane))
  const unfinished = Object.keys(steps.at(-1)?.cursor ?? {})
  if (planes.size < 2 && unfinished.length < 2) return rows
  const lastOf = (plane: string) =>
    Math.min(...rows.filter((row) => row.plane === plane).map(({ at }) => at))
  const down = Math.max(0, ...unfinished.map(lastOf))
  return rows.filter(({ at }) => at >= down).toSorted((a, b) => b.at - a.at)
}
