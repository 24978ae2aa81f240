import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { capabilityKinds } from '#domain/capability.ts'
import { compilePlane, snapshotOf } from '#policy/compile.ts'
import type { CallerView, Decision } from '#policy/policy.ts'
import {
  anotherGrant,
  anotherRule,
  callers,
  capabilitiesOf,
  early,
  items,
  late,
  newWorld,
  plane,
  policyOf,
  questions,
  step,
  unfolded,
  type World,
} from './world.ts'

/**
 * What a condition may say of its caller's scopes, which grants imply: that it has one. Who is refused
 * for having one is refused more by a grant, which is what the rule says.
 */
const isAgainstScopes = ({ rules }: World): boolean =>
  [...rules.values()].some(({ when = '' }) => when.includes('caller.scopes'))

const worlds = fc.array(step, { maxLength: 12 }).map((steps): World => {
  const world = newWorld()
  for (const one of steps) one(world)
  return world
})

const viewsOf = (world: World): (CallerView | undefined)[] => {
  const policy = policyOf(world)
  const about = { plane, policy, capabilities: capabilitiesOf(world), revision: 1 }
  const snapshot = snapshotOf(compilePlane(about))
  return callers.map((who) => snapshot.caller(who))
}

/** Every question of every caller, before something was added and after. */
function* asked(before: World, after: World): Generator<[Decision, Decision]> {
  const then = viewsOf(before)
  for (const [at, view] of viewsOf(after).entries())
    for (const now of [early, late])
      for (const question of questions) {
        const [one, other] = [then[at]?.decide(question, now), view?.decide(question, now)]
        if (one && other) yield [one, other]
      }
}

/** What each caller discovers, as text. */
const listed = (world: World): Set<string> =>
  new Set(
    viewsOf(world).flatMap((view, at) =>
      items.flatMap((item) =>
        capabilityKinds.flatMap((kind) =>
          [early, late].flatMap((now) =>
            (view?.list(item, kind, now) ?? []).map(
              (one) => `${at} ${item} ${kind} ${one.name} ${now}`,
            ),
          ),
        ),
      ),
    ),
  )

const told = (decision: Decision): string =>
  decision.permitted
    ? `permitted by ${decision.permission.grant}`
    : JSON.stringify(decision.refusal)

/** The counts that bound it, by each way in which it is permitted. */
const bounds = (decision: Decision): string[][] =>
  unfolded(decision).flatMap((one) => (one.permitted ? [one.quotas.map(({ key }) => key)] : []))

describe('Adding a grant', () => {
  const added = fc
    .tuple(worlds, anotherGrant)
    .filter(([world]) => !isAgainstScopes(world))
    .map(([before, grant]) => {
      const grants = new Map(before.grants).set(grant.name, grant)
      return { before, after: { ...before, grants } }
    })

  test('never removes access, nor bounds it by a count that did not', () => {
    fc.assert(
      fc.property(added, ({ before, after }) => {
        for (const [one, other] of asked(before, after)) {
          assert.ok(!one.permitted || other.permitted, `${told(one)}, then ${told(other)}`)
          for (const counts of bounds(one)) {
            const isAsFree = bounds(other).some((all) => all.every((key) => counts.includes(key)))
            assert.ok(isAsFree, `${counts}, then ${bounds(other).join(' or ')}`)
          }
        }
      }),
      { numRuns: 400, endOnFailure: true },
    )
  })

  test('hides nothing', () => {
    fc.assert(
      fc.property(added, ({ before, after }) => {
        assert.deepEqual([...listed(before).difference(listed(after))], [])
      }),
      { numRuns: 400, endOnFailure: true },
    )
  })
})

describe('Adding a rule', () => {
  const added = fc.tuple(worlds, anotherRule).map(([before, rule]) => {
    const rules = new Map(before.rules).set(rule.name, rule)
    return { before, after: { ...before, rules } }
  })

  test('never adds access, nor loosens a bound', () => {
    fc.assert(
      fc.property(added, ({ before, after }) => {
        for (const [one, other] of asked(before, after)) {
          assert.ok(!other.permitted || one.permitted, `${told(one)}, then ${told(other)}`)
          if (other.permitted) assert.deepEqual(bounds(other), bounds(one))
        }
      }),
      { numRuns: 400, endOnFailure: true },
    )
  })

  test('neither hides nor shows anything', () => {
    fc.assert(
      fc.property(added, ({ before, after }) => {
        assert.deepEqual(listed(before), listed(after))
      }),
      { numRuns: 400, endOnFailure: true },
    )
  })
})
