import { useCallback, useEffect, useRef, useState } from 'react'
import { askLines } from '../../../api/lines.ts'
import { Problem } from '../../../api/problem.ts'
import { queryClient } from '../../../api/queries.ts'

/** As docs/api.md says of the last line. */
export interface Verdict {
  readonly plane: string
  readonly origin: string
  readonly ok: boolean
  readonly entries: number
  readonly ofEntries: number
  readonly checkpoints: number
  readonly ofCheckpoints: number
  readonly waiting: number
  readonly firstAt?: number
  readonly lastAt?: number
  readonly failures: readonly { readonly where: string; readonly says: string }[]
  readonly count: number
}
type Line = { readonly done: number; readonly of: number } | { readonly verdict: Verdict }

type State =
  | { readonly is: 'idle' }
  | { readonly is: 'busy'; readonly done: number; readonly of: number; readonly perSecond: number }
  | { readonly is: 'failed'; readonly problem: Problem }
  | { readonly is: 'done'; readonly verdict: Verdict }

/** Runs on the server for as long as somebody waits for it here. */
export const useVerify = (
  plane: string,
): { readonly state: State; readonly start: () => void; readonly cancel: () => void } => {
  const [state, setState] = useState<State>({ is: 'idle' })
  const control = useRef<AbortController>(undefined)
  const cancel = useCallback(() => {
    control.current?.abort()
    control.current = undefined
    setState({ is: 'idle' })
  }, [])
  useEffect(() => () => control.current?.abort(), [])
  const start = useCallback(() => {
    if (control.current) return
    const mine = new AbortController()
    control.current = mine
    const tell = (next: State) => {
      if (!mine.signal.aborted) setState(next)
    }
    void verify(plane, mine.signal, tell).finally(() => {
      if (control.current === mine) control.current = undefined
    })
  }, [plane])
  return { state, start, cancel }
}

const verify = async (
  plane: string,
  signal: AbortSignal,
  tell: (state: State) => void,
): Promise<void> => {
  tell({ is: 'busy', done: 0, of: 0, perSecond: 0 })
  const startedAt = performance.now()
  try {
    const path = `/planes/${encodeURIComponent(plane)}/ledger/verify`
    let verdict: Verdict | undefined
    for await (const line of askLines<Line>(path, {}, signal)) {
      if ('verdict' in line) verdict = line.verdict
      else {
        const seconds = (performance.now() - startedAt) / 1000
        tell({ is: 'busy', ...line, perSecond: line.done / Math.max(0.001, seconds) })
      }
    }
    if (!verdict) throw new Problem(502, { type: 'cut_off' })
    tell({ is: 'done', verdict })
    // What the trust line says is looked at anew.
    void queryClient.invalidateQueries()
  } catch (thrown) {
    if (signal.aborted) return
    if (!(thrown instanceof Problem)) throw thrown
    tell({ is: 'failed', problem: thrown })
  }
}
