import { createHash } from 'node:crypto'
import type { CountAsk, QuotaAsk, QuotaCounters, QuotaTaken } from '#domain/counting.ts'
import type { Clock } from '#lib/clock.ts'
import { asFault, Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'

/** The part of a Redis client that counting takes. */
export interface RedisCommands {
  sendCommand(words: readonly string[]): Promise<unknown>
}

/**
 * Takes so many calls from several counts, or fewer, or none, in one step. A count is a hash of a
 * start and a number for each window; a later start opens the window anew, an earlier one counts in
 * what stands. It is kept for two days after it was last taken from: longer than any window.
 *
 * KEYS: the mark that the counts are whole, then a key for each count.
 * ARGV: calls, then for each count, for second, minute and day: start, most (-1: no bound).
 * Answers false where the mark is gone: the counts were flushed, and would open every window anew.
 */
const script = `
if redis.call('exists', KEYS[1]) == 0 then return false end
local granted = tonumber(ARGV[1])
local names = {'s', 'm', 'd'}
local counts = {}
for i = 2, #KEYS do
  local held = redis.call('hmget', KEYS[i], 's', 'su', 'm', 'mu', 'd', 'du')
  local count = {}
  for w = 1, 3 do
    local at = 2 + (i - 2) * 6 + (w - 1) * 2
    local start, most = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
    local stands, used = tonumber(held[w * 2 - 1] or 0), tonumber(held[w * 2] or 0)
    if start > stands then stands, used = start, 0 end
    if most >= 0 and most - used < granted then granted = math.max(0, most - used) end
    count[w] = {stands, used}
  end
  counts[i] = count
end
local answer = {granted}
for i = 2, #KEYS do
  local fields = {}
  for w = 1, 3 do
    local stands, used = counts[i][w][1], counts[i][w][2] + granted
    fields[#fields + 1] = names[w]
    fields[#fields + 1] = string.format('%d', stands)
    fields[#fields + 1] = names[w] .. 'u'
    fields[#fields + 1] = string.format('%d', used)
    answer[#answer + 1] = used
  end
  redis.call('hset', KEYS[i], unpack(fields))
  redis.call('pexpire', KEYS[i], 172800000)
end
return answer
`
const digest = createHash('sha1').update(script).digest('hex')

/** Counts an intent of the ledger into its windows, as a rebuild finds it; only windows it lies in. */
const refillScript = `
local held = redis.call('hmget', KEYS[1], 's', 'su', 'm', 'mu', 'd', 'du')
local names = {'s', 'm', 'd'}
for w = 1, 3 do
  local start, count = tonumber(ARGV[w * 2 - 1]), tonumber(ARGV[w * 2])
  local stands, used = tonumber(held[w * 2 - 1] or 0), tonumber(held[w * 2] or 0)
  if start > stands then stands, used = start, 0 end
  if start == stands and count > used then used = count end
  redis.call('hset', KEYS[1], names[w], string.format('%d', stands), names[w] .. 'u', string.format('%d', used))
end
redis.call('pexpire', KEYS[1], 172800000)
return 1
`

/** One count as the ledger's intents leave it. */
export interface Refill {
  readonly key: string
  readonly windows: Readonly<Record<'second' | 'minute' | 'day', { start: number; used: number }>>
}

const rebuildLockMs = 60_000
/** For another process that fills: usually milliseconds, and a caller should not wait longer. */
const [lookEveryMs, looks] = [20, 50]

/**
 * Counts in Redis, one script a question. A Redis that was flushed, or came back without its data, has
 * lost the mark that the counts are whole: then they are filled from the ledger's intents before
 * anything is taken again, so that no flush opens a window anew. Where Redis cannot be reached within
 * the client's time, nothing is called.
 */
export const createRedisCounters = (options: {
  redis: RedisCommands
  /** Before every key, so that installations can share a Redis. */
  prefix: string
  /** What the ledgers' intents have used of the windows that are open now. */
  refills: () => Promise<readonly Refill[]>
  clock: Clock
  log: Log
}): QuotaCounters => {
  const { redis, prefix, clock, log } = options
  const mark = `${prefix}whole`
  let filling: Promise<void> | undefined

  const run = async (keys: readonly string[], values: readonly number[]): Promise<unknown> => {
    const words = [String(keys.length), ...keys, ...values.map(String)]
    try {
      return await redis.sendCommand(['EVALSHA', digest, ...words])
    } catch (thrown) {
      if (!String(thrown).includes('NOSCRIPT')) throw thrown
      return redis.sendCommand(['EVAL', script, ...words])
    }
  }

  const filledByAnother = async (): Promise<void> => {
    for (let look = 0; look < looks; look++) {
      if (Number(await redis.sendCommand(['EXISTS', mark])) === 1) return
      await new Promise<void>((resolve) => void clock.after(lookEveryMs, resolve))
    }
    throw new Fault('uncounted', { detail: 'another process fills the counts of Redis' })
  }

  /** One process fills, the others wait for the mark. */
  const fill = async (): Promise<void> => {
    const lock = ['SET', `${prefix}filling`, '1', 'NX', 'PX', String(rebuildLockMs)]
    if ((await redis.sendCommand(lock)) === null) return filledByAnother()
    log.warn('quota.refill', {})
    for (const { key, windows } of await options.refills()) {
      const { second, minute, day } = windows
      const values = [second, minute, day].flatMap(({ start, used }) => [start, used])
      const words = ['1', `${prefix}${key}`, ...values.map(String)]
      await redis.sendCommand(['EVAL', refillScript, ...words])
    }
    await redis.sendCommand(['SET', mark, '1'])
    await redis.sendCommand(['DEL', `${prefix}filling`])
  }

  const takeOne = async ({ calls, counts }: QuotaAsk): Promise<QuotaTaken> => {
    const keys = [mark, ...counts.map(({ key }) => `${prefix}${key}`)]
    const values = [calls, ...counts.flatMap(wordsOf)]
    let answer = await run(keys, values)
    if (answer === null || answer === false) {
      filling ??= fill().finally(() => {
        filling = undefined
      })
      await filling
      answer = await run(keys, values)
    }
    return takenOf(answer, counts.length)
  }

  return {
    async take(asks) {
      try {
        return await Promise.all(asks.map(takeOne))
      } catch (thrown) {
        if (asFault(thrown).code === 'uncounted') throw thrown
        throw new Fault('uncounted', { detail: 'Redis did not count', cause: thrown })
      }
    },
  }
}

const wordsOf = ({ windows: { second, minute, day } }: CountAsk): number[] =>
  [second, minute, day].flatMap(({ start, most }) => [start, most ?? -1])

const takenOf = (answer: unknown, counts: number): QuotaTaken => {
  const numbers = Array.isArray(answer) ? answer.map(Number) : []
  if (numbers.length !== 1 + counts * 3) throw new Error('an answer of Redis that is none')
  const [granted = 0, ...used] = numbers
  return {
    granted,
    used: Array.from({ length: counts }, (_, index) => ({
      second: used[index * 3] ?? 0,
      minute: used[index * 3 + 1] ?? 0,
      day: used[index * 3 + 2] ?? 0,
    })),
  }
}
