import { ask } from '../../api/client.ts'
import type { CallAsk } from './question.ts'
import { type Calls, useSteps } from './use-steps.ts'

const path = '/api/v1/planes/{plane}/calls'
const pageRows = 100

/** The calls of a question; `generation` reads them anew. */
export const useCalls = (planes: readonly string[], about: CallAsk, generation: number): Calls =>
  useSteps(['ledger.calls', planes, about, generation], planes, (plane, after, signal) => {
    const query = { ...about, limit: pageRows, ...(after !== undefined && { after }) }
    return ask('get', path, { params: { path: { plane }, query }, signal })
  })
