import { createBreather } from '#change/breather.ts'
import { withoutRules } from '#domain/because.ts'
import type { CapabilityKind } from '#domain/capability.ts'
import { clientId } from '#domain/name.ts'
import { readInstant } from '#ledger/ask.ts'
import type { CallRecord } from '#ledger/ledger.ts'
import { createReplay, type Made, type Replayed } from '#policy/replay.ts'
import { everything, type Sight } from './asking.ts'
import { type Desk, findPlane } from './desk.ts'
import { type Draft, draftFor } from './draft.ts'
import { givenOf } from './given.ts'

export interface ReplayAnswer extends Replayed {
  readonly plane: string
  /** UTC milliseconds: from then on; later where not all of that time were looked at. */
  readonly since: number
  /** Entries that were looked at. */
  readonly looked: number
  /** False where there are more of that time than are looked at: then the oldest were left out. */
  readonly isWhole: boolean
}

/** Some seconds of work, in turns. */
const mostEntries = 100_000

/** What a draft would decide otherwise, of the calls of the last days that whoever asks may read. */
export const replay = async (
  desk: Desk,
  input: { plane?: string | undefined; draft: Draft; since: string },
  sight: Sight = everything,
): Promise<ReplayAnswer> => {
  const { installation, clock } = desk
  const { calls, trials } = installation
  const here = findPlane(installation.change.current(), input.plane)
  const since = readInstant('since', input.since, clock.now()) ?? 0
  return await trials.alone(async () => {
    const replayed = createReplay({
      now: await trials.propose(here.id, { calm: true }),
      draft: await trials.propose(here.id, { calm: true, draft: draftFor(here.id, input.draft) }),
      tell: sight.names(here.policy, 'rules.read') ? (why) => why : withoutRules,
    })
    const breathe = createBreather(clock)
    let looked = 0
    const about = { plane: here.id, since, most: mostEntries }
    const scanned = await calls.scan(about, async (record) => {
      await breathe()
      // A count of many different refusals says of nobody what they were.
      if (record.name === '' || !sight.call(here.policy, record)) return
      looked++
      await replayed.add(madeOf(record), () => givenOf(installation, here, record, sight))
    })
    const { isWhole, oldest = since } = scanned
    const told = { plane: here.id, since: isWhole ? since : oldest, looked, isWhole }
    return { ...told, ...replayed.answer() }
  })
}

const madeOf = (record: CallRecord): Made => {
  const { agent, consumer, user, server, kind, name, at, count, call } = record
  const client = clientId(agent, consumer)
  return { client, user, server, kind: kind as CapabilityKind, name, at, count, call }
}
