import { Fault } from '#lib/fault.ts'
import type { JsonObject } from '#lib/json.ts'
import { LEGACY_STDIO_REVISIONS } from '#mcp/revisions.ts'
import type { Asker, Found } from './found.ts'
import { discoverResult, initializeParams, initializeResult, modernParams } from './greet.ts'

/** Which of the two questions a process is asked. */
export interface Questions {
  readonly modern: boolean
  readonly legacy: boolean
}

/**
 * Asks a child process for both eras (MCP 2026-07-28, basic/versioning): `server/discover` first,
 * where silence or any other answer means that it is not modern; then `initialize`. `patience`
 * resolves when the first has been waited for long enough to ask the second.
 *
 * `spoke` is called when it has been found to be modern: it may end at the second question.
 * Answers `one era` where the process speaks both, but each only if it was the first it heard: then
 * the next process is spared the second question. Rejects where it speaks neither.
 */
export async function probeStdio(
  asker: Asker,
  questions: Questions,
  patience: () => Promise<void>,
  spoke: () => void,
): Promise<Found | 'one era'> {
  const discovering = questions.modern ? askDiscover(asker) : Promise.resolve(undefined)
  void discovering.then((result) => result && spoke())
  await Promise.race([discovering, patience()])
  const opened = questions.legacy ? await initialize(asker) : undefined
  // One that was slow to start has read its input in order: that answer is here by now, or never.
  const discover = await (opened === undefined ? discovering : byNow(discovering))
  if (discover === undefined && opened === undefined) {
    throw new Fault('upstream_broken', { detail: asker.say('speaks none of our revisions') })
  }
  if (discover !== undefined && opened !== undefined && !(await askDiscover(asker))) {
    return 'one era'
  }
  return {
    eras: { modern: discover !== undefined, legacy: opened?.revision },
    discover,
    initialize: opened?.result,
    session: undefined,
  }
}

function askDiscover({ ask, about, timeoutMs }: Asker): Promise<JsonObject | undefined> {
  return ask({
    era: 'modern',
    method: 'server/discover',
    params: modernParams(about),
    headers: [],
    loan: undefined,
    timeoutMs,
  }).then(discoverResult, () => undefined)
}

async function initialize({ ask, about, timeoutMs }: Asker) {
  const question = { era: 'legacy', headers: [], loan: undefined, timeoutMs } as const
  const params = initializeParams(about)
  const answer = await ask({ ...question, method: 'initialize', params }).catch(() => undefined)
  const opened = answer && initializeResult(answer, LEGACY_STDIO_REVISIONS)
  if (opened === undefined) return undefined
  await ask({ ...question, method: 'notifications/initialized', params: {}, isNotification: true })
  return opened
}

/** What a promise has come to by now. */
function byNow<T>(promise: Promise<T>): Promise<T | undefined> {
  const now = new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)))
  return Promise.race([promise, now])
}
