import { useRef } from 'react'
import { ask } from '../../../api/client.ts'
import { type Range, sinceUntil } from '../../../filters/time.ts'
import { type Calls, useSteps } from '../use-steps.ts'
import { readKey, soughtOf } from './sought.ts'

export interface Sought {
  /** Each time that somebody presses the button is another one. */
  readonly at: number
  readonly planes: readonly string[]
  readonly argument: string
  /** It stays in this page: what leaves it is a hash. */
  readonly text: string
  readonly reason: string
  readonly range: Range
}

/** The calls about whom somebody looks for. A plane has a key of its own, which is asked for once a page. */
export const useFound = (sought: Sought | undefined): Calls => {
  const keys = useRef(new Map<string, CryptoKey>())
  const planes = sought?.planes ?? []
  const keyOf = async (plane: string, reason: string, signal: AbortSignal): Promise<CryptoKey> => {
    const known = keys.current.get(plane)
    if (known) return known
    const path = '/api/v1/planes/{plane}/find/key'
    const body = { ...(reason !== '' && { reason }) }
    const { key } = await ask('post', path, { params: { path: { plane } }, body, signal })
    const read = await readKey(key)
    keys.current.set(plane, read)
    return read
  }
  return useSteps(
    // The time stands for the text, which is in no key of what is kept.
    ['ledger.found', sought?.at],
    planes,
    async (plane, after, signal) => {
      const { argument = '', text = '', reason = '', range } = sought ?? {}
      const key = await keyOf(plane, reason, signal)
      const body = {
        ...{ argument, hash: await soughtOf(key, argument, text), limit: pageRows },
        ...(range && sinceUntil(range)),
        ...(reason !== '' && { reason }),
        ...(after !== undefined && { after }),
      }
      const path = '/api/v1/planes/{plane}/find'
      return ask('post', path, { params: { path: { plane } }, body, signal })
    },
    { isAskedOnce: true },
  )
}

const pageRows = 100
