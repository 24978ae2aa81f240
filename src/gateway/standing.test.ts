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

/** A plane at a revision that the test sets; turns that the test takes. */
const setUp = () => {
  const revisions = new Map<PlaneId, number>([ops, finance].map((plane) => [plane, 1]))
  const turns: (() => void)[] = []
  const viewOf = (plane: PlaneId) =>
    ({ plane, client, revision: revisions.get(plane) ?? 0 }) as CallerView
  const snapshot = (plane: PlaneId): PlaneSnapshot => ({
    revision: revisions.get(plane) ?? 0,
    caller: () => (revisions.has(plane) ? viewOf(plane) : undefined),
  })
  const looks = { count: 0 }
  const ended: string[] = []
  const standing = createStanding({
    snapshot,
    now: () => 0,
    // To look at one takes 5 µs, to end one 100.
    elapsed: () => looks.count * 0.005 + ended.length * 0.1,
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
  return { standing, stand, move, turns, looks, ended, revisions }
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
    const { standing, stand, move, turns, ended } = setUp()
    let firstMay = true
    standing.add(stand('first', () => firstMay))
    for (let n = 0; n < 1000; n++) standing.add(stand(`s${n}`, () => true))
    move(ops)
    firstMay = false
    move(ops)
    assert.deepEqual(ended, [])
    for (let turn = turns.shift(); turn; turn = turns.shift()) turn()
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

  test('a definition that changed, or is told no longer, ends nothing that is under way', () => {
    const station = 'permit' as const
    const refused = (refusal: Refusal) => unpermitted({ permitted: false, refusal })
    assert.equal(refused({ reason: 'held', station, because: 'definition changed' }), undefined)
    assert.equal(refused({ reason: 'unknown', station, because: 'no such capability' }), undefined)
    for (const because of ['no grant', 'grant ended', 'unclassified', 'no such server'] as const)
      assert.equal(refused({ reason: 'unknown', station, because }), 'revoked')
    assert.equal(refused({ reason: 'scope', station, scopes: ['a'] }), 'revoked')
  })
})
