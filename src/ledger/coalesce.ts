import type { Refused, RefusedCount } from '#domain/entry.ts'
import { indexedIn } from '#domain/indexed.ts'
import type { ClientId, PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { movesTo } from './second.ts'

export interface Coalescer {
  /** See `PlaneLedger.refuse`. */
  refuse(refused: Refused): Promise<void>
  /** Writes every count now, whether its second is over or not. */
  flush(): Promise<void>
}

/** Of equal refusals in one second: so many in full, the rest as one count. */
const inFull = 10
/** Different refusals that are counted apart; beyond it they share one count. */
const keysMost = 10_000

interface Key {
  seen: number
}
type Count = { -readonly [Name in keyof RefusedCount]: RefusedCount[Name] }

/**
 * Coalesces equal refusals of one plane by the seconds of the clock. While the plane has no room,
 * refusals are counted even where they would be among the first ten, so that a flood of different
 * ones is bounded as well. A count that could not be written is kept and tried again a second later.
 */
export const createCoalescer = ({
  plane,
  clock,
  hasRoom,
  write,
}: {
  plane: PlaneId
  clock: Clock
  hasRoom: (now: number) => boolean
  /** Resolves when the entry is durable. */
  write: (entry: Refused | RefusedCount) => Promise<unknown>
}): Coalescer => {
  let second = Number.NaN
  let keys = new Map<string, Key>()
  let counts = new Map<string, Count>()
  let armed = false

  const refuse = async (stranger: Refused): Promise<void> => {
    // By the entry's own time, so that a reader of the entries finds no more than ten in a second.
    const own = Math.floor(stranger.at / 1000)
    if (movesTo(own, second)) {
      second = own
      keys = new Map()
    }
    const refused = bounded(stranger)
    const room = hasRoom(stranger.at)
    const name = keyOf(refused)
    const key = keys.get(name) ?? addKey(name, room)
    if (key !== undefined && room && own === second && key.seen < inFull) {
      key.seen++
      await write(refused)
      return
    }
    if (key === undefined) add(otherKey, otherOf(refused))
    else add(name, countOf(refused))
    arm()
  }

  const addKey = (name: string, room: boolean): Key | undefined => {
    if (!room || keys.size >= keysMost) return undefined
    const key: Key = { seen: 0 }
    keys.set(name, key)
    return key
  }

  const add = (name: string, more: Count): void => {
    const count = counts.get(name)
    if (count === undefined) {
      counts.set(name, more)
      return
    }
    count.count += more.count
    count.from = Math.min(count.from, more.from)
    count.to = Math.max(count.to, more.to)
  }

  const flush = async (): Promise<void> => {
    const due = counts
    counts = new Map()
    const at = clock.now()
    await Promise.all(
      [...due].map(async ([name, count]) => {
        try {
          await write({ ...count, at })
        } catch {
          // Bounded like everything else here; what has no place of its own goes to the others.
          if (counts.has(name) || counts.size < keysMost) add(name, count)
          else add(otherKey, { ...otherOf(count), count: count.count })
          arm()
        }
      }),
    )
  }

  /** Counts are written when the clock's second is over. */
  const arm = (): void => {
    if (armed) return
    armed = true
    clock.after(1000 - (clock.now() % 1000), () => {
      armed = false
      void flush()
    })
  }

  const otherOf = (refused: Refused | Count): Count => {
    const { type, v, at, plane, count, from, to } = 'from' in refused ? refused : countOf(refused)
    return { type, v, at, plane, count, from, to, ...nobodys }
  }

  const countOf = (refused: Refused): Count => ({
    type: 'call.refused.count',
    v: 1,
    at: refused.at,
    plane,
    agent: refused.agent,
    consumer: refused.consumer,
    client: refused.client,
    ...(refused.user !== undefined && { user: refused.user }),
    ...(refused.apiKey !== undefined && { apiKey: refused.apiKey }),
    method: refused.method,
    server: refused.server,
    kind: refused.kind,
    name: refused.name,
    ...(refused.template !== undefined && { template: refused.template }),
    ...(refused.class !== undefined && { class: refused.class }),
    ...(refused.rule !== undefined && { rule: refused.rule }),
    ...(refused.quota !== undefined && { quota: refused.quota }),
    ...Object.fromEntries(indexedIn(refused)),
    station: refused.station,
    reason: refused.reason,
    because: refused.because,
    count: 1,
    from: refused.at,
    to: refused.at,
  })

  return { refuse, flush }
}

const otherKey = ''

/** Of whom and what such a count is: nobody's and nothing's. */
const nobodys = {
  agent: '',
  consumer: '',
  client: '' as ClientId,
  method: '',
  server: '',
  kind: 'tool',
  name: '',
  station: '',
  reason: 'other',
  because: 'too many different refusals in one second',
} as const

/** No two different refusals have one key: JSON says where a part ends. */
const keyOf = (refused: Refused): string => {
  const { client, user, apiKey, method, server, kind, name, station, reason, rule, quota } = refused
  const said = [client, user, apiKey, method, server, kind, name, station, reason, rule, quota]
  return JSON.stringify([...said, ...indexedIn(refused)])
}

/**
 * A refused call is recorded whatever it said: what a stranger chose freely is cut to what surely
 * fits an entry, and half a surrogate pair becomes U+FFFD.
 */
const bounded = (refused: Refused): Refused => ({
  ...refused,
  method: clip(refused.method, 200),
  server: clip(refused.server, 100),
  name: clip(refused.name, 1024),
  because: clip(refused.because, 500),
})

const clip = (text: string, most: number): string => {
  const short = text.length > most ? `${text.slice(0, most - 1)}…` : text
  return short.isWellFormed() ? short : short.toWellFormed()
}
