import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readJson } from '#lib/json.ts'
import type { Outbound, Sink } from '#upstream/upstream.ts'
import type { PlaneMailboxes } from '../mailboxes.ts'
import { createElsewhere } from './elsewhere.ts'

/** What is told is heard at once, by whoever holds the key. */
const carried = (): PlaneMailboxes => {
  const holders = new Map<string, (message: Buffer) => void>()
  return {
    hold(key, hear) {
      holders.set(key, (message) => hear(message, async () => false))
      return () => void holders.delete(key)
    },
    async tell(key, message) {
      const holder = holders.get(key)
      holder?.(Buffer.from(message))
      return holder !== undefined
    },
    ask: async () => ({ isHeard: false }),
  }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

/** Two processes: a round is answered at one, and its call waits at the other. */
const twoProcesses = () => {
  const mailboxes = carried()
  const asked: string[] = []
  let far: Sink | undefined
  const parts = {
    mailboxes,
    clock: { after: () => () => {} },
    nextId: () => '1',
    goOn: (_key: string, _retry: unknown, sink: Sink) => {
      far = sink
      return { cancel: () => void asked.push('cancel'), resume: () => void asked.push('resume') }
    },
  }
  createElsewhere(parts).hold('call')
  const said: string[] = []
  let takes = true
  const retry = {
    caller: 'c',
    id: '1',
    method: 'tools/call',
    doc: readJson(Buffer.from('{}'), { depth: 8, nodes: 8 }),
  }
  const exchange = createElsewhere(parts).send(
    'call',
    retry,
    { endMs: Number.POSITIVE_INFINITY } as Outbound,
    {
      head() {},
      message(bytes) {
        said.push(Buffer.from(bytes).toString())
        return takes
      },
      end: () => void said.push('end'),
      fail: (code) => void said.push(code),
    },
    () => said.push('gone'),
  )
  return {
    ...{ exchange, asked, said },
    tell: (text: string) => far?.message(Buffer.from(text)),
    readsNoMore() {
      takes = false
    },
  }
}

test('a caller that reads no more keeps the server waiting at the other process, until it reads again', async () => {
  const { exchange, asked, said, tell, readsNoMore } = twoProcesses()
  await settled()
  assert.equal(tell('one'), true)
  await settled()
  readsNoMore()
  tell('two')
  await settled()
  asked.length = 0
  assert.equal(tell('three'), false)
  await settled()
  assert.deepEqual([said, asked], [['one', 'two', 'three'], []])
  exchange.resume()
  await settled()
  assert.deepEqual(asked, ['resume'])
})

test('a caller that leaves cancels at the other process', async () => {
  const { exchange, asked } = twoProcesses()
  await settled()
  exchange.cancel('gone')
  await settled()
  assert.deepEqual(asked, ['cancel'])
})
