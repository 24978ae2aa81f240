import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { QuotaAsk, QuotaCounters, QuotaTaken } from '#domain/counting.ts'
import { take } from '#gateway/take.ts'
import type { Permitted } from '#policy/policy.ts'
import { createSharedWindows } from '#quota/shared-windows.ts'
import { type Bound, createWindows } from '#quota/windows.ts'

export const noon = Date.UTC(2026, 10, 22, 12)

export const bound = (name: string, about: Partial<Bound> = {}): Bound => ({
  ...{ name, key: `ops/${name}/planner`, timeZone: 'UTC' },
  ...{ second: undefined, minute: undefined, day: undefined },
  ...about,
})

const windows = ['second', 'minute', 'day'] as const

/** What grants with these own quotas permit, in turn; each is counted by the shared ones as well. */
const inTurn = (owns: readonly Bound[], shared: readonly Bound[] = []): Permitted => {
  const [own, ...others] = owns
  const otherwise = others.length > 0 ? () => inTurn(others, shared) : undefined
  // Of a decision, only what is counted is looked at.
  return { own, quotas: own ? [own, ...shared] : shared, otherwise } as Permitted
}

/** The same promise, written as plainly as it can be, and answered a turn later. */
export const createPlainCounters = (): QuotaCounters & { questions: number } => {
  const counts = new Map<string, { start: number; used: number }>()
  const counters = {
    questions: 0,
    async take(asks: readonly QuotaAsk[]): Promise<QuotaTaken[]> {
      counters.questions++
      await new Promise(setImmediate)
      return asks.map(({ calls, counts: asked }) => {
        const held = asked.map(({ key, windows: each }) =>
          windows.map((window) => {
            const { start, most } = each[window]
            const before = counts.get(`${key} ${window}`)
            const count = !before || start > before.start ? { start, used: 0 } : before
            counts.set(`${key} ${window}`, count)
            return { count, most: most ?? Number.POSITIVE_INFINITY }
          }),
        )
        const left = held.flat().map(({ count, most }) => Math.max(0, most - count.used))
        const granted = Math.min(calls, ...left)
        for (const { count } of held.flat()) count.used += granted
        const used = held.map(([second, minute, day]) => ({
          second: second?.count.used ?? 0,
          minute: minute?.count.used ?? 0,
          day: day?.count.used ?? 0,
        }))
        return { granted, used }
      })
    },
  }
  return counters
}

/** What any counters that processes share must do, seen through the windows of two processes. */
export const countersConformance = (name: string, open: () => Promise<QuotaCounters>): void => {
  describe(`quotas counted by ${name}`, () => {
    const passed = (answers: readonly unknown[]) =>
      answers.filter((one) => one === undefined).length

    test('of 1,000 parallel calls by two processes exactly as many pass as may', async () => {
      for (const window of windows) {
        const counters = await open()
        const processes = [createSharedWindows(counters), createSharedWindows(counters)]
        const bounds = [bound('reads', { [window]: 100 })]
        const asked = Array.from({ length: 1000 }, (_, n) =>
          processes[n % 2]?.spend(bounds, noon + (window === 'second' ? n % 900 : n)),
        )
        assert.equal(passed(await Promise.all(asked)), 100, window)
      }
    })

    test('a call that two quotas count takes from both or from none', async () => {
      const shared = createSharedWindows(await open())
      const small = bound('small', { minute: 3 })
      const large = bound('large', { minute: 5 })
      const both = await Promise.all(
        Array.from({ length: 10 }, () => shared.spend([small, large], noon)),
      )
      assert.equal(passed(both), 3)
      const alone = await Promise.all(Array.from({ length: 10 }, () => shared.spend([large], noon)))
      assert.equal(passed(alone), 2)
    })

    test('a clock that is behind, or set back, opens no window again', async () => {
      const counters = await open()
      const [ahead, behind] = [createSharedWindows(counters), createSharedWindows(counters)]
      const bounds = [bound('reads', { second: 2 })]
      const spend = (at: typeof ahead, now: number) =>
        Promise.all(Array.from({ length: 5 }, () => at.spend(bounds, now)))
      assert.equal(passed(await spend(ahead, noon + 1000)), 2)
      assert.equal(passed(await spend(behind, noon)), 0)
      assert.equal(passed(await spend(ahead, noon + 2000)), 2)
      assert.equal(passed(await spend(behind, noon - 86_400_000)), 0)
    })

    test('of grants in turn each gives what it has, over two processes, and no more', async () => {
      const counters = await open()
      const processes = [createSharedWindows(counters), createSharedWindows(counters)] as const
      const grants = [bound('grant/a', { minute: 10 }), bound('grant/b', { minute: 7 })]
      const asked = Array.from({ length: 200 }, (_, n) =>
        take(processes[n % 2 ? 1 : 0], inTurn(grants), noon),
      )
      const taken = await Promise.all(asked)
      const by = (name: string) =>
        taken.filter((one) => 'decision' in one && one.decision.own?.name === name).length
      assert.deepEqual([by('grant/a'), by('grant/b')], [10, 7])
    })

    test('a full quota of everybody ends the turn, and what it refuses has spent nothing of a grant', async () => {
      const windows = createSharedWindows(await open())
      const [a, b] = [bound('grant/a', { minute: 4 }), bound('grant/b', { minute: 4 })]
      const all = bound('everybody', { second: 3 })
      const first = await Promise.all(
        Array.from({ length: 20 }, () => take(windows, inTurn([a, b], [all]), noon)),
      )
      const refused = first.flatMap((one) => ('spent' in one ? [one.spent.quota] : []))
      assert.deepEqual(refused, Array(17).fill('everybody'))
      const next = await Promise.all(
        Array.from({ length: 20 }, () => take(windows, inTurn([a, b]), noon + 1000)),
      )
      assert.equal(next.filter((one) => 'decision' in one).length, 5)
    })

    test('where every grant is full, the shortest wait is told', async () => {
      const windows = createSharedWindows(await open())
      const grants = [bound('grant/a', { day: 1 }), bound('grant/b', { minute: 1 })]
      const at = noon + 20_000
      for (let n = 0; n < 2; n++) assert('decision' in (await take(windows, inTurn(grants), at)))
      const told = await take(windows, inTurn(grants), at)
      assert('spent' in told)
      assert.deepEqual([told.spent.quota, told.spent.retryAfterMs], ['grant/b', 40_000])
    })

    test('days are those of the plane’s time zone, also where clocks change', async () => {
      const shared = createSharedWindows(await open())
      const bounds = [bound('reads', { day: 1, timeZone: 'Europe/Berlin' })]
      // 25 October 2026 has 25 hours there: from 22:00 UTC the day before to 23:00 UTC.
      const at = (text: string) => shared.spend(bounds, Date.parse(text))
      assert.equal(await at('2026-10-24T22:00:00Z'), undefined)
      const late = await at('2026-10-25T22:59:59Z')
      assert.equal(late?.window, 'day')
      assert.equal(late?.retryAfterMs, 1000)
      assert.equal(await at('2026-10-25T23:00:00Z'), undefined)
    })

    test('whatever is asked, one process gets what the windows in memory would give', async () => {
      const ask = fc.record({
        step: fc.constantFrom(0, 1, 300, 1000, 61_000, 86_400_000),
        which: fc.constantFrom([0], [1], [0, 1]),
        times: fc.integer({ min: 1, max: 4 }),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(ask, { maxLength: 12 }), async (asks) => {
          const [shared, own] = [createSharedWindows(await open()), createWindows()]
          const both = [
            bound('a', { second: 2, minute: 4, day: 6 }),
            bound('b', { second: 3, minute: 3 }),
          ] as const
          let now = noon
          for (const { step, which, times } of asks) {
            now += step
            const bounds = which.map((index) => both[index === 0 ? 0 : 1])
            for (let time = 0; time < times; time++)
              assert.deepEqual(await shared.spend(bounds, now), own.spend(bounds, now))
          }
        }),
        { numRuns: 40 },
      )
    })
  })
}
