import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Refusal } from '#domain/decision.ts'
import { clientId, type PlaneId, planeId } from '#domain/name.ts'
import type { PlaneSnapshot } from '#policy/compile.ts'
import type { CallerView } from '#policy/policy.ts'
import { createStanding, type Stand, unpermitted } from './standing.ts'

const ops = planeId('ops')
const finance = planeId('finance')
const client = clientId('planner', 'workplace-ai')

const never = Number.POSITIVE_INFINITY

/** A plane at a revision that the test sets; turns that the test takes, a timer that it lets go off. */
const setUp = () => {
  const revisions = new Map<PlaneId, number>([ops, finance].map((plane) => [plane, 1]))
  const turns: (() => void)[] = []
  const time = { now: 0, end: never }
  const timers = new Map<() => void, number>()
  const viewOf = (plane: PlaneId) =>
    ({
      plane,
      client,
      revision: revisions.get(plane) ?? 0,
      endsAfter: (now) => (now < time.end ? time.end : never),
    }) as CallerView
  const snapshot = (plane: PlaneId): PlaneSnapshot => ({
    revision: revisions.get(plane) ?? 0,
    caller: () => (revisions.has(plane) ? viewOf(plane) : undefined),
  })
  const looks = { count: 0 }
  const ended: string[] = []
  const standing = createStanding({
    stands: () => true,
    snapshot,
    now: () => time.now,
    clock: {
      // To look at one takes 5 µs, to end one 100.
      elapsed: () => looks.count * 0.005 + ended.length * 0.1,
      after(delayMs, task) {
        assert.ok(delayMs >= 0 && delayMs <= 60_000, `${delayMs} ms`)
        timers.set(task, time.now + delayMs)
        return () => void timers.delete(task)
      },
    },
    later: (task) => void turns.push(task),
  })
  const stand = (name: string, may: () => boolean, plane = ops): Stand => ({
    caller: { token: {} as never, view: viewOf(plane) },
    reason() {
      looks.count++
      return may() ? undefined : 'suspended'
    },
    end: (code) => void ended.push(`${name} ${code}`),
  })
  const move = (plane: PlaneId) => {
    revisions.set(plane, (revisions.get(plane) ?? 0) + 1)
    standing.follow([plane])
  }
  const takeTurns = () => {
    for (let turn = turns.shift(); turn; turn = turns.shift()) turn()
  }
  /** Time goes on to this instant, by each timer on the way; answers how many there were. */
  const passTo = (instant: number): number => {
    for (let count = 0; ; count++) {
      const [next] = [...timers].sort(([, a], [, b]) => a - b)
      if (!next || next[1] > instant) {
        time.now = instant
        return count
      }
      assert.equal(timers.size, 1, 'one timer, however much there is')
      const [task, at] = next
      timers.delete(task)
      time.now = Math.max(time.now, at)
      task()
      takeTurns()
    }
  }
  return { standing, stand, move, turns, takeTurns, looks, ended, revisions, time, timers, passTo }
}

describe('What stands on a permission', () => {
  test('of 10,000 streams all that may not go on end, each once, and no turn looks at more than a few hundred', () => {
    const { standing, stand, move, turns, looks, ended } = setUp()
    let revoked = false
    for (let n = 0; n < 10_000; n++) standing.add(stand(`s${n}`, () => !revoked || n % 2 === 0))
    revoked = true
    move(ops)
    assert.ok(ended.length > 0, 'the first end before it returns')
    let most = looks.count
    while (turns.length > 0) {
      const before = looks.count
      turns.shift()?.()
      most = Math.max(most, looks.count - before)
    }
    assert.equal(ended.length, 5000)
    assert.equal(new Set(ended).size, 5000)
    assert.ok(most > 1 && most <= 400, `${most} in one turn`)
  })

  test('a revision that comes while an earlier one is followed is followed too, for those already looked at', () => {
    const { standing, stand, move, takeTurns, ended } = setUp()
    let firstMay = true
    standing.add(stand('first', () => firstMay))
    for (let n = 0; n < 1000; n++) standing.add(stand(`s${n}`, () => true))
    move(ops)
    firstMay = false
    move(ops)
    assert.deepEqual(ended, [])
    takeTurns()
    assert.deepEqual(ended, ['first suspended'])
  })

  test('what is over, or stands in another plane, hears nothing', () => {
    const { standing, stand, move, turns, ended } = setUp()
    const over = standing.add(stand('over', () => false))
    standing.add(stand('elsewhere', () => false, finance))
    over()
    move(ops)
    assert.deepEqual([ended, turns.length], [[], 0])
    move(finance)
    assert.deepEqual(ended, ['elsewhere suspended'])
  })

  test('what was permitted by an older revision is decided anew before it begins', () => {
    const { standing, stand, revisions, looks } = setUp()
    const asked = stand('asked', () => false)
    assert.equal(standing.check(asked), undefined)
    assert.equal(looks.count, 0, 'nothing is decided twice by one revision')
    revisions.set(ops, 2)
    assert.equal(standing.check(asked), 'suspended')
  })

  test('a caller that is known no longer may nothing', () => {
    const { standing, stand, revisions } = setUp()
    const asked = stand('asked', () => true)
    revisions.delete(ops)
    assert.equal(standing.check(asked), 'revoked')
  })

  test('what a revision took while it was begun ends in the next turn, and not while it is being added', () => {
    const { standing, stand, revisions, takeTurns, ended } = setUp()
    const asked = stand('asked', () => false)
    const over = stand('over', () => false)
    revisions.set(ops, 2)
    standing.add(asked)
    standing.add(over)()
    assert.deepEqual(ended, [])
    takeTurns()
    assert.deepEqual(ended, ['asked suspended'])
  })

  describe('when a grant ends by time', () => {
    const day = 86_400_000

    test('ends with it, without any revision, and what stands on another goes on', () => {
      const { standing, stand, ended, time, passTo } = setUp()
      time.end = 40 * day
      for (let n = 0; n < 100; n++) standing.add(stand(`s${n}`, () => time.now < time.end || n > 0))
      passTo(40 * day - 1)
      assert.deepEqual(ended, [])
      passTo(40 * day)
      assert.deepEqual(ended, ['s0 suspended'])
    })

    test('at the next one of its ends too, and a timer waits for no more than there is', () => {
      const { standing, stand, ended, time, timers, passTo } = setUp()
      time.end = day
      const over = standing.add(stand('longer', () => time.now < 2 * day))
      standing.add(stand('shorter', () => time.now < day))
      passTo(day - 1)
      time.end = 2 * day
      passTo(day)
      assert.deepEqual(ended, ['shorter suspended'])
      over()
      passTo(2 * day)
      assert.deepEqual([ended, timers.size], [['shorter suspended'], 0])
    })

    test('is looked for each minute, since the machine may be set to another time meanwhile', () => {
      const { standing, stand, ended, time, passTo } = setUp()
      time.end = day
      standing.add(stand('asked', () => time.now < day))
      passTo(1000)
      time.now = day + 5
      assert.equal(passTo(day + 60_000), 1)
      assert.deepEqual(ended, ['asked suspended'])
    })

    test('nothing begins any more, though no revision has come since it was permitted', () => {
      const { standing, stand, time } = setUp()
      time.end = day
      const asked = stand('asked', () => time.now < day)
      assert.equal(standing.check(asked), undefined)
      time.now = day
      assert.equal(standing.check(asked), 'suspended')
    })

    test('without an end no timer is set', () => {
      const { standing, stand, timers } = setUp()
      standing.add(stand('asked', () => true))
      assert.equal(timers.size, 0)
    })
  })

  test('a definition that changed, or is told no longer, ends nothing that is under way', () => {
    const station = 'permit' as const
    const refused = (refusal: Refusal) =>
      unpermitted({ permitted: false, refusal, capability: undefined, args: undefined })
    assert.equal(refused({ reason: 'held', station, because: 'definition changed' }), undefined)
    assert.equal(refused({ reason: 'unknown', station, because: 'no such capability' }), undefined)
    assert.equal(refused({ reason: 'arguments', station, problems: [] }), undefined)
    assert.equal(refused({ reason: 'token', station, maxAgeMs: 1 }), undefined)
    for (const because of ['no grant', 'grant ended', 'unclassified', 'no such server'] as const)
      assert.equal(refused({ reason: 'unknown', station, because }), 'revoked')
    const fallback = undefined
    assert.equal(
      refused({ reason: 'condition', station, grants: [], failed: undefined, fallback }),
      'revoked',
    )
    const scope = { reason: 'scope', station, scopes: ['a'], rules: [], fallback } as const
    assert.equal(refused(scope), 'revoked')
    const rule = {
      reason: 'rule',
      station,
      rule: 'r',
      because: 'nobody may',
      error: undefined,
      fallback,
    } as const
    assert.equal(refused(rule), 'revoked')
  })
})
