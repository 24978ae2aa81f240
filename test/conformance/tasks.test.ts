import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startGateway } from '../peers/gateway.ts'
import { agent, openPlane, plane } from '../peers/plane.ts'
import type { HttpServer } from '../peers/servers.ts'
import { startTasksFixture, taskTools } from '../peers/tasks-fixture.ts'
import { type Front, startFront } from './front.ts'
import { runScenarios } from './suite.ts'

/** Of the extension, which no frozen set scores (ext-tasks, SEP-2663). */
const scenarios = [
  ...['lifecycle', 'capability-negotiation', 'wire-fields', 'request-state-removal', 'mrtr-input'],
  ...['request-headers', 'dispatch-and-envelope', 'required-task-error', 'mrtr-composition'],
].map((name) => `tasks-${name}`)

describe('The conformance suite’s scenarios of tasks', () => {
  let fixture: HttpServer
  let front: Front
  before(async () => {
    fixture = await startTasksFixture()
    front = await startFront()
  })
  after(async () => {
    await front?.stop()
    await fixture?.stop()
  })

  test('pass at a server behind the gateway', async (t) => {
    const offers = { tools: taskTools, prompts: [], resources: [] }
    const gateway = await startGateway({
      documents: openPlane([{ name: 'fixture', upstream: { url: fixture.url }, offers }]),
      config: { allowedHosts: [new URL(front.origin).host], allowedOrigins: [front.origin] },
    })
    t.after(() => gateway.stop())
    const path = `/mcp/${plane}/fixture`
    front.aimAt(gateway.origin, await gateway.token(agent, gateway.origin + path))
    const run = await runScenarios(front.origin + path, scenarios)
    t.diagnostic(`${run.passed} checks of ${run.scenarios.length} scenarios passed`)
    assert.deepEqual(run.failures, [], run.output)
    assert.deepEqual(run.scenarios, scenarios.toSorted())
  })
})
