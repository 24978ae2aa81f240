// Runs on both stores.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { startFixture } from '../peers/fixture.ts'
import { startGateway } from '../peers/gateway.ts'
import { agent, offersOf, openPlane, plane } from '../peers/plane.ts'
import type { HttpServer } from '../peers/servers.ts'
import { type Front, startFront } from './front.ts'
import { runSuite, scoredScenarios } from './suite.ts'

const requirements = '2026-07-28'
const expectedFile = z.array(
  z.strictObject({ failure: z.string(), reason: z.string(), section: z.string() }),
)

describe(`Conformance with ${requirements} before a server of 2025-11-25 alone`, () => {
  let fixture: HttpServer
  let front: Front
  before(async () => {
    fixture = await startFixture('legacy')
    front = await startFront()
  })
  after(async () => {
    await front?.stop()
    await fixture?.stop()
  })

  test('fails in nothing but what that server cannot express', async (t) => {
    const written = new URL('expected/2026-07-28-before-legacy-only.yaml', import.meta.url)
    const expected = expectedFile.parse(parse(await readFile(written, 'utf8')))
    const offers = await offersOf({ url: fixture.url })
    const gateway = await startGateway({
      documents: openPlane([{ name: 'fixture', upstream: { url: fixture.url }, offers }]),
      config: { allowedHosts: [new URL(front.origin).host], allowedOrigins: [front.origin] },
    })
    t.after(() => gateway.stop())
    const path = `/mcp/${plane}/fixture`
    front.aimAt(gateway.origin, await gateway.token(agent, gateway.origin + path))
    const run = await runSuite(front.origin + path, requirements)
    t.diagnostic(
      `${run.passed} checks of ${run.scenarios.length} scenarios passed, ${expected.length} expected to fail`,
    )
    assert.deepEqual(run.failures, expected.map(({ failure }) => failure).toSorted(), run.output)
    assert.deepEqual(run.scenarios, await scoredScenarios(requirements))
  })
})
