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
const executionOf = (execution: object, beginsTasks: boolean) => {
  const about = { atPlane: false, isDeprecated: false, beginsTasks }
  return listedAs(tool(execution), about).definition().execution
}

test('a tool says that it may begin a task where it may, and nowhere else', () => {
  const taskSupport = 'optional'
  assert.deepEqual(executionOf({ taskSupport }, true), { taskSupport })
  assert.equal(executionOf({ taskSupport }, false), undefined)
  assert.deepEqual(executionOf({ taskSupport, other: 1 }, false), { other: 1 })
})
