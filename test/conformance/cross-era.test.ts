// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startFixture } from '../peers/fixture.ts'
import { startModernFixture } from '../peers/modern-server.ts'
import type { HttpServer } from '../peers/servers.ts'
import { expectedFailures } from './expected.ts'
import { type Front, startFront } from './front.ts'
import { runGoverned } from './governed.ts'
import { type Requirements, runSuite } from './suite.ts'

/** The suite of one era through the gateway, before a server of the other one alone. */
const pairings: readonly {
  requirements: Requirements
  server: string
  start(): Promise<HttpServer>
}[] = [
  { requirements: '2025-11-25', server: 'modern-only', start: startModernFixture },
  { requirements: '2026-07-28', server: 'legacy-only', start: () => startFixture('legacy') },
]

for (const { requirements, server, start } of pairings)
  describe(`Conformance with ${requirements} before a ${server} server`, () => {
    let both: HttpServer
    let other: HttpServer
    let front: Front

    before(async () => {
      both = await startFixture()
      other = await start()
      front = await startFront()
    })
    after(async () => {
      await front?.stop()
      await other?.stop()
      await both?.stop()
    })

    test('every scored scenario passes but those that the other era cannot express', async (t) => {
      front.aimAt(new URL(both.url).origin, 'not looked at')
      const baseline = await runSuite(`${front.origin}/mcp`, requirements)
      const bridged = await runGoverned(other, front, requirements, both)
      const expected = await expectedFailures(`${requirements}-before-${server}`)
      t.diagnostic(`${bridged.passed} checks passed, ${expected.length} expected failures`)
      assert.deepEqual(bridged.failures, expected, bridged.output)
      assert.deepEqual(bridged.scenarios, baseline.scenarios)
      // What comes behind a check that fails is not come to.
      if (expected.length === 0) assert.deepEqual(bridged.sound, baseline.sound)
    })
  })
