// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startFixture } from '../peers/fixture.ts'
import type { HttpServer } from '../peers/servers.ts'
import { type Front, startFront } from './front.ts'
import { runGoverned } from './governed.ts'
import { runSuite, type SuiteRun, scoredScenarios } from './suite.ts'

for (const requirements of ['2026-07-28', '2025-11-25'] as const)
  describe(`Conformance with ${requirements}`, () => {
    let fixture: HttpServer
    let front: Front
    let baseline: SuiteRun

    before(async () => {
      fixture = await startFixture()
      front = await startFront()
    })
    after(async () => {
      await front?.stop()
      await fixture?.stop()
    })

    test('the fixture alone has no scored failure, behind the same front', async (t) => {
      front.aimAt(new URL(fixture.url).origin, 'not looked at')
      baseline = await runSuite(`${front.origin}/mcp`, requirements)
      t.diagnostic(`${baseline.passed} checks of ${baseline.scenarios.length} scenarios passed`)
      assert.deepEqual(baseline.failures, [], baseline.output)
      assert.deepEqual(baseline.scenarios, await scoredScenarios(requirements))
      assert.equal(baseline.code, 0)
    })

    test('the gateway adds no scored failure', async (t) => {
      const governed = await runGoverned(fixture, front, requirements)
      t.diagnostic(`${governed.passed} checks of ${governed.scenarios.length} scenarios passed`)
      const added = governed.failures.filter((failure) => !baseline.failures.includes(failure))
      assert.deepEqual(added, [], governed.output)
      // A scenario that broke off early has fewer checks, none of them failed.
      assert.deepEqual(governed.scenarios, baseline.scenarios)
      // Lists are answered by the gateway as JSON, where the suite has nothing to say of a stream.
      assert.deepEqual(governed.sound, withoutNoise(baseline.sound))
    })
  })

/**
 * The fixture announces changes of lists that did not change. A SHOULD of subscriptions §Notifications
 * that the suite warns of: callers are told when their own lists have changed, and of nothing else.
 */
const withoutNoise = (sound: readonly string[]) =>
  sound.filter((one) => !/-list-changed-on-subscription$/.test(one))
