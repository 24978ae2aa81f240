import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { capabilityKinds } from '#domain/capability.ts'
import { compilePlane, type PlaneSnapshot, snapshotOf } from '#policy/compile.ts'
import type { Moved } from '#policy/patch.ts'
import type { CallerView, Decision } from '#policy/policy.ts'
import { createSnapshots } from '#policy/snapshots.ts'
import { plainEnd, plainly, plainlyListed } from './plainly.ts'
import {
  callers,
  capabilitiesOf,
  early,
  items,
  late,
  newWorld,
  offers,
  plane,
  policyOf,
  questions,
  step,
  unfolded,
  type World,
} from './world.ts'

const instants = [early, late]

/** All that can be asked of a view. */
const everything = (view: CallerView | undefined) =>
  view &&
  instants.map((now) => ({
    revision: view.revision,
    grants: view.grants,
    decisions: questions.map((one) => unfolded(view.decide(one, now))),
    lists: items.map((item) => capabilityKinds.map((kind) => view.list(item, kind, now))),
    sees: items.map((item) => view.sees(item, now)),
    servers: view.servers(now),
    ends: view.endsAfter(now),
    deprecated: items.map((item) => view.isDeprecated(item)),
    stopped: [undefined, ...items].map((item) => view.suspension(item)),
  }))

const told = (decision: Decision): string => {
  if (decision.permitted) {
    const quotas = decision.quotas.map((one) => `${one.name} ${one.minute}`).sort()
    return `permitted ${decision.permission.grant} ${quotas}`
  }
  const { refusal } = decision
  if (refusal.reason === 'rule') return `rule ${refusal.rule}`
  return refusal.reason === 'unknown' ? refusal.because : refusal.reason
}

const checkPlainly = (view: CallerView, world: World, now: number): void => {
  const { who } = view
  assert.equal(view.endsAfter(now), plainEnd(world, who, now))
  for (const one of questions)
    assert.equal(told(view.decide(one, now)), plainly(world, who, now, one))
  for (const item of items)
    for (const kind of capabilityKinds)
      assert.deepEqual(
        view.list(item, kind, now).map(({ name }) => name),
        offers[kind]
          .filter((name) => plainlyListed(world, who, now, { item, kind, name }))
          .toSorted(),
      )
}

const check = (patched: PlaneSnapshot, changed: World, revision: number): void => {
  const world = { ...changed }
  const fresh = snapshotOf(
    compilePlane({ plane, policy: policyOf(world), capabilities: capabilitiesOf(world), revision }),
  )
  for (const who of callers) {
    const view = patched.caller(who)
    assert.deepEqual(everything(view), everything(fresh.caller(who)))
    if (view) for (const now of instants) checkPlainly(view, world, now)
  }
}

describe('A patched snapshot', () => {
  test('decides, lists and stops exactly as one compiled afresh, and as every document read plainly', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { maxLength: 8 }),
        (patches) => {
          const world = newWorld()
          let revision = 1
          const policy = () => ({ revision, planes: new Map([[plane, policyOf(world)]]) })
          const snapshots = createSnapshots(policy, (_, item) =>
            capabilitiesOf(world).filter((one) => item === undefined || one.server === item),
          )
          snapshots.recompile(plane)
          for (const steps of patches) {
            const before = snapshots.of(plane)
            for (const who of callers) everything(before.caller(who))
            revision++
            const moved = steps.map((one): Moved => ({ plane, ...one(world) }))
            snapshots.patch(policy(), moved)
            check(snapshots.of(plane), world, revision)
          }
        },
      ),
      { numRuns: 20, endOnFailure: true },
    )
  })
})
