import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { clientId, planeId, serverName } from '#domain/name.ts'
import { systemClock } from '#lib/clock.ts'
import type { Desk } from '#manager/desk.ts'
import { replay } from '#manager/replay.ts'
import { startClaims } from '../gateway/claims.ts'
import { type Here, startHere } from '../gateway/watched.ts'
import { connectV2 } from '../peers/clients.ts'
import { callAt, intentOf, refusedOf } from '../store/entries.ts'

const ops = planeId('ops')
const inOps = (kind: string, name: string, body: object) => ({ kind, plane: 'ops', name, ...body })

describe('A replay of many calls', () => {
  let claims: Awaited<ReturnType<typeof startClaims>>
  let here: Here
  let desk: Desk

  const documents = (when: string) =>
    [
      { kind: 'Plane', name: 'ops' },
      inOps('Consumer', 'workplace-ai', {}),
      inOps('Agent', 'adjuster', { owner: 'alice', consumers: ['workplace-ai'] }),
      inOps('Server', 'claims', {
        ...{ owner: 'claims-team', upstream: { url: claims.url } },
        tools: { record_read: { class: 'read' } },
      }),
      inOps('Grant', 'all', {
        ...{ agent: 'adjuster', consumer: 'workplace-ai', reason: 'a test' },
        ...{ allow: [{ server: 'claims' }], when },
      }),
    ]
      .map((one) => JSON.stringify({ apiVersion: 'bailiwick/v1', ...one }))
      .join('\n---\n')
  const draft = () => ({
    files: [{ name: 'draft.yaml', text: documents('args.line == "4"') }],
    set: 'test',
  })
  const made = {
    ...{ agent: 'adjuster', consumer: 'workplace-ai' },
    ...{ client: clientId('adjuster', 'workplace-ai'), server: serverName('claims') },
    name: 'record_read',
  }

  before(async () => {
    claims = await startClaims()
    here = await startHere(documents('args.line == "3"'))
    const { installation } = here
    desk = { installation, by: 'test', stop: undefined, clock: systemClock }
    const ledger = installation.ledger.plane(ops)
    const at = systemClock.now()
    const intend = (number: number) => {
      const args = { id: 'a', line: number % 4 === 0 ? '4' : '3' }
      const intent = intentOf(callAt(number, at), { ...made, at })
      return ledger.intend(intent, Buffer.from(JSON.stringify(args)))
    }
    await Promise.all(Array.from({ length: 4000 }, (_, number) => intend(number)))
    await ledger.append(refusedOf(callAt(4001, at), { ...made, at, because: 'no grant' }))
  })
  after(async () => {
    await here?.stop()
    claims?.stop()
  })

  test('counts each of them once, by what it was made with, and keeps three as examples', async () => {
    const { looked, calls, newlyPermitted, newlyDenied, notKnown } = await replay(desk, {
      draft: draft(),
      since: '1h',
    })
    assert.deepEqual([looked, calls], [4001, 4001])
    assert.deepEqual([newlyPermitted.calls, newlyDenied.calls], [1000, 3000])
    assert.deepEqual([newlyPermitted.groups.length, newlyDenied.groups.length], [1, 1])
    assert.equal(newlyDenied.groups[0]?.calls.length, 3)
    assert.deepEqual(notKnown, { 'not recorded': 1, 'not yours to read': 0 })
  })

  test('lets calls go on meanwhile, and a second replay waits for the first', async () => {
    const url = `${here.origin}/mcp/ops/claims`
    const token = await here.token('adjuster', url)
    const peer = await connectV2({ url, token }, { pin: '2026-07-28' })
    const ended: string[] = []
    const input = { draft: draft(), since: '1h' }
    const first = replay(desk, input).then(() => ended.push('first'))
    const second = replay(desk, input).then(() => ended.push('second'))
    await peer.callTool('record_read', { id: 'a', line: '3' })
    ended.push('call')
    await Promise.all([first, second])
    assert.deepEqual(ended, ['call', 'first', 'second'])
    await peer.close()
  })

  test('leaves nothing changed', async () => {
    const { revision } = here.installation.change.current()
    await replay(desk, { draft: draft(), since: '1h' })
    assert.equal(here.installation.change.current().revision, revision)
    assert.equal(
      here.installation.change.current().planes.get(ops)?.grants.get('all')?.when,
      'args.line == "3"',
    )
  })
})
