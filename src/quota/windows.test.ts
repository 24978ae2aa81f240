import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Bound, createWindows } from './windows.ts'

const bound = (
  allow: { second?: number; minute?: number; day?: number },
  about: Partial<Bound> = {},
): Bound => ({
  name: 'q',
  key: 'ops/q/planner',
  timeZone: 'UTC',
  second: undefined,
  minute: undefined,
  day: undefined,
  ...allow,
  ...about,
})
const noon = Date.UTC(2026, 10, 22, 12)
const passing = (
  windows: ReturnType<typeof createWindows>,
  bounds: Bound[],
  at: number,
  calls: number,
) =>
  Array.from({ length: calls }, () => windows.spend(bounds, at)).filter((one) => one === undefined)
    .length

describe('Windows', () => {
  test('1,000 calls in one second, one minute, one day: exactly as many pass as may', () => {
    for (const allow of [{ second: 7 }, { minute: 60 }, { day: 500 }]) {
      const windows = createWindows()
      assert.equal(passing(windows, [bound(allow)], noon, 1000), Object.values(allow)[0])
    }
  })

  test('a window opens anew with the second, the minute and the day, not before', () => {
    const lengths = { second: 1000, minute: 60_000, day: 86_400_000 }
    for (const [window, length] of Object.entries(lengths)) {
      const windows = createWindows()
      const bounds = [bound({ [window]: 3 })]
      const start = Math.floor(noon / length) * length
      assert.equal(passing(windows, bounds, start, 5), 3)
      assert.equal(passing(windows, bounds, start + length - 1, 5), 0)
      assert.equal(passing(windows, bounds, start + length, 5), 3)
    }
  })

  test('all windows at once: what one refuses is spent in none', () => {
    const windows = createWindows()
    const narrow = bound({ second: 1 }, { name: 'narrow', key: 'narrow' })
    const wide = bound({ day: 3 }, { name: 'wide', key: 'wide' })
    assert.equal(passing(windows, [narrow, wide], noon, 100), 1)
    assert.equal(passing(windows, [wide], noon, 100), 2)
  })

  test('the refusal names the window that takes longest and how long', () => {
    const windows = createWindows()
    const bounds = [bound({ second: 1, minute: 1 })]
    windows.spend(bounds, noon + 250)
    assert.deepEqual(windows.spend(bounds, noon + 300), {
      quota: 'q',
      window: 'minute',
      most: 1,
      retryAfterMs: 59_700,
    })
  })

  test('the day is the zone’s, also where it has 23 or 25 hours', () => {
    const timeZone = 'Europe/Berlin'
    const bounds = [bound({ day: 1 }, { timeZone })]
    // 2026-03-29 begins at 23:00 UTC the day before and ends at 22:00 UTC: 23 hours.
    const windows = createWindows()
    const start = Date.UTC(2026, 2, 28, 23)
    assert.equal(passing(windows, bounds, start, 2), 1)
    assert.equal(passing(windows, bounds, start + 23 * 3_600_000 - 1, 2), 0)
    assert.equal(passing(windows, bounds, start + 23 * 3_600_000, 2), 1)
    // 2026-10-25 has 25 hours.
    const autumn = createWindows()
    const begin = Date.UTC(2026, 9, 24, 22)
    assert.equal(passing(autumn, bounds, begin, 2), 1)
    assert.equal(passing(autumn, bounds, begin + 25 * 3_600_000 - 1, 2), 0)
    assert.equal(passing(autumn, bounds, begin + 25 * 3_600_000, 2), 1)
  })

  test('a clock that is set back opens no window again', () => {
    const windows = createWindows()
    const bounds = [bound({ second: 2 })]
    assert.equal(passing(windows, bounds, noon, 5), 2)
    assert.equal(passing(windows, bounds, noon - 3_600_000, 5), 0)
  })

  test('what was counted from the ledger is spent', () => {
    const windows = createWindows()
    for (let n = 0; n < 4; n++) windows.count('ops/q/planner', 'UTC', noon + n)
    assert.equal(passing(windows, [bound({ day: 10 })], noon + 5, 20), 6)
  })

  test('however calls fall, no window of any length ever holds more than it may (against a naive count)', () => {
    const step = fc.record({
      ms: fc.integer({ min: -500, max: 40_000 }),
      calls: fc.integer({ min: 1, max: 6 }),
    })
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 12 }),
        (steps, second, minute) => {
          const windows = createWindows()
          const bounds = [bound({ second, minute })]
          const passed: number[] = []
          let now = noon
          let latest = 0
          for (const { ms, calls } of steps) {
            now += ms
            latest = Math.max(latest, now)
            for (let n = 0; n < calls; n++) {
              const same = (length: number) =>
                passed.filter((at) => Math.floor(at / length) === Math.floor(latest / length))
                  .length
              const may = same(1000) < second && same(60_000) < minute
              const spent = windows.spend(bounds, now)
              assert.equal(spent === undefined, may)
              if (spent === undefined) passed.push(latest)
            }
          }
        },
      ),
    )
  })
})
