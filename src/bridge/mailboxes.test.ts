import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { beforeEach, describe, test } from 'node:test'
import { planeId } from '#domain/name.ts'
import { systemClock } from '#lib/clock.ts'
import { createOwnMailboxes } from '#store/mailboxes.ts'
import type { Mailboxes } from '#store/store.ts'
import { createSealer } from '#vault/sealer.ts'
import { createMailboxes, type PlaneMailboxes } from './mailboxes.ts'

const ops = planeId('ops')
let carried: Mailboxes
let seen: Buffer[]
let process: PlaneMailboxes
let count = 0

/** A process of the installation, with the root key that is given. */
const processWith = (root: Buffer): PlaneMailboxes => {
  const key = createSecretKey(root)
  const sealer = (plane: string, purpose: string) =>
    createSealer({ key, plane, purpose, random: randomBytes })
  return createMailboxes({
    carried: () => carried,
    keyring: { sealer },
    clock: systemClock,
    nextId: () => `${count++}`,
  })(ops)
}
const root = randomBytes(32)

beforeEach(() => {
  const own = createOwnMailboxes()(ops)
  seen = []
  carried = {
    hold: own.hold,
    tell(key, message, withinMs) {
      seen.push(Buffer.from(message))
      return own.tell(key, message, withinMs)
    },
  }
  process = processWith(root)
})

describe('a sealed mailbox', () => {
  test('carries a message and its answer, of which its carrier can read nothing', async () => {
    process.hold('call', (message, answer) => {
      assert.equal(message.toString(), 'which secret?')
      void answer(Buffer.from('this secret'))
    })
    const { answer } = await processWith(Buffer.from(root)).ask(
      'call',
      Buffer.from('which secret?'),
      5000,
    )
    assert.equal(answer?.toString(), 'this secret')
    assert.equal(seen.length, 2)
    for (const bytes of seen) assert.ok(!bytes.includes('secret'))
  })

  test('has no answer for what was told, or where nobody holds it or answers in time', async () => {
    const offered: Promise<boolean>[] = []
    process.hold('told', (_, answer) => offered.push(answer(Buffer.from('thanks'))))
    assert.equal(await process.tell('told', Buffer.from('hello'), 5000), true)
    assert.deepEqual(await Promise.all(offered), [false])
    process.hold('silent', () => {})
    const silent = await process.ask('silent', Buffer.from('hello'), 1)
    assert.deepEqual(silent, { isHeard: true, answer: undefined })
    assert.deepEqual(await process.ask('nobody', Buffer.from('hello'), 1), { isHeard: false })
  })

  test('attack: what was made up, or sealed for another mailbox or by another key, is not heard', async () => {
    const heard: string[] = []
    process.hold('call', (message) => heard.push(message.toString()))
    await carried.tell('call', Buffer.from('made up'), 1)
    await process.tell('other', Buffer.from('moved'), 1)
    await carried.tell('call', seen.at(-1) ?? Buffer.alloc(0), 1)
    await processWith(randomBytes(32)).tell('call', Buffer.from('by a stranger'), 1)
    assert.deepEqual(heard, [])
    await process.tell('call', Buffer.from('genuine'), 1)
    assert.deepEqual(heard, ['genuine'])
  })
})
