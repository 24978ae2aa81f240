import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Capability } from '#domain/capability.ts'
import { listedAs } from './listed.ts'

const tool = (execution: object): Capability =>
  ({
    server: 's',
    kind: 'tool',
    name: 't',
    definition: { name: 't', inputSchema: { type: 'object' }, execution },
  }) as unknown as Capability
const executionOf = (execution: object, atPlane: boolean) =>
  listedAs(tool(execution), atPlane, false).definition().execution

test('a tool says that it may begin a task where it may: at its server’s endpoint, and not at the plane’s', () => {
  const taskSupport = 'optional'
  assert.deepEqual(executionOf({ taskSupport }, false), { taskSupport })
  assert.equal(executionOf({ taskSupport }, true), undefined)
  assert.deepEqual(executionOf({ taskSupport, other: 1 }, true), { other: 1 })
})
