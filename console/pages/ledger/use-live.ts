import { useEffect, useMemo, useState } from 'react'
import { useConnection } from '../../api/events.ts'
import { useAnswers } from '../../api/queries.ts'
import type { CallRow } from './merge.ts'
import type { CallAsk } from './question.ts'

const path = '/api/v1/planes/{plane}/calls'
const everyMs = 2000
export const mostCounted = 500

export type LiveState = 'live' | 'scrolled' | 'reading' | 'fixed' | 'off' | 'reconnecting'

export interface Live {
  readonly state: LiveState
  readonly since: number
  /** Calls that have come since the rows were read: they wait. */
  readonly waiting: number
}

/**
 * Asks what has come since the newest row. It comes in by itself only where nobody reads: at the top of
 * the list, with nothing open beside it and no row in focus.
 */
export const useLive = (about: {
  readonly planes: readonly string[]
  readonly ask: CallAsk
  readonly rows: readonly CallRow[]
  readonly isOn: boolean
  /** The rows are of what is asked: there is something to come after. */
  readonly isReady: boolean
  readonly isFixed: boolean
  readonly isScrolled: boolean
  readonly isReading: boolean
  readonly onCome: () => void
}): Live => {
  const { planes, ask, rows, isOn, isReady, isFixed, isScrolled, isReading, onCome } = about
  const connection = useConnection()
  const [openedAt] = useState(Date.now)
  const tops = useMemo(() => {
    const found = new Map<string, { at: number; position: number }>()
    for (const { plane, at, position } of rows) {
      const top = found.get(plane)
      if (!top || position > top.position) found.set(plane, { at, position })
    }
    return found
  }, [rows])
  const watches = isOn && isReady && !isFixed
  const answers = useAnswers(
    path,
    planes.map((plane) => {
      const since = new Date(tops.get(plane)?.at ?? openedAt - 60_000).toISOString()
      const query = { ...ask, since, limit: mostCounted }
      return [plane, { params: { path: { plane }, query } }] as const
    }),
    { enabled: watches, everyMs },
  )
  const waiting = answers
    .flatMap(({ query }) => (query.isPlaceholderData ? [] : (query.data?.items ?? [])))
    .filter(({ plane, position }) => position > (tops.get(plane)?.position ?? 0)).length
  const isLost = connection.state === 'reconnecting'
  const state = stateOf({ isOn, isFixed, isScrolled, isReading, isLost })
  const comes = watches && state === 'live' && waiting > 0
  useEffect(() => {
    if (comes) onCome()
  }, [comes, onCome])
  return { state, since: connection.since, waiting: watches ? waiting : 0 }
}

const stateOf = (about: {
  readonly isOn: boolean
  readonly isFixed: boolean
  readonly isScrolled: boolean
  readonly isReading: boolean
  readonly isLost: boolean
}): LiveState => {
  if (about.isFixed) return 'fixed'
  if (!about.isOn) return 'off'
  if (about.isLost) return 'reconnecting'
  if (about.isScrolled) return 'scrolled'
  return about.isReading ? 'reading' : 'live'
}
