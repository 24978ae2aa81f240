import type { CapabilityKind } from '#domain/capability.ts'
import { clientId } from '#domain/name.ts'
import type { CallRecord } from '#ledger/ledger.ts'
import { createReplay, type Given, type Replayed } from '#policy/replay.ts'
import { type Desk, findPlane } from './desk.ts'
import type { Draft } from './draft.ts'

export interface ReplayAnswer extends Replayed {
  readonly plane: string
  /** UTC milliseconds, of the first entry that was looked at. */
  readonly since: number
  /** Entries that were looked at. */
  readonly looked: number
  /** False where there are more of that time than are looked at: then the oldest were left out. */
  readonly isWhole: boolean
}

/** Some seconds of work, in turns. */
const mostEntries = 100_000

/**
 * What a draft would decide otherwise, of the calls of the last days. `mayRead`: whether whoever asks
 * may read the arguments of a call; with what is not theirs to read, nothing is decided.
 */
export const replay = async (
  desk: Desk,
  input: { plane?: string | undefined; draft: Draft; sinceMs: number },
  mayRead: (record: CallRecord) => boolean = () => true,
): Promise<ReplayAnswer> => {
  const { installation } = desk
  const { id } = findPlane(installation.change.current(), input.plane)
  const [now, draft] = [
    await installation.proposal(id, { calm: true }),
    await installation.proposal(id, { draft: input.draft, calm: true }),
  ]
  const given = async (record: CallRecord): Promise<Given> => {
    if (record.decision !== 'permitted') return { unknown: 'not recorded' }
    if (!mayRead(record)) return { unknown: 'not yours to read' }
    const args = await installation.given({ plane: id, ...record })
    return args === undefined ? { unknown: 'not recorded' } : { args }
  }
  const replayed = createReplay({ now, draft })
  const about = { plane: id, sinceMs: input.sinceMs, most: mostEntries }
  const looked = await installation.calls.scan(about, async (record) => {
    // A count of many different refusals says of nobody what they were.
    if (record.name !== '') await replayed.add(madeOf(record), () => given(record))
  })
  return { plane: id, ...looked, ...replayed.answer() }
}

const madeOf = ({ agent, consumer, user, server, kind, name, at, count, call }: CallRecord) => ({
  client: clientId(agent, consumer),
  user,
  server,
  kind: kind as CapabilityKind,
  name,
  at,
  count,
  call,
})
