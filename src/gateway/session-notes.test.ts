import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planeId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import { silentLog } from '#lib/log.ts'
import type { SessionNote } from '#store/store.ts'
import type { Session } from './exchange.ts'
import { createSessionNotes } from './session-notes.ts'

const plane = planeId('ops')
const session = (id: string): Session => ({ id, revision: '2025-11-25', upstreamId: '' })
const [mine, other] = [session('mine'), session('other')]

/** What is sealed opens in its own context alone. */
const keyring = {
  sealer: () => ({
    seal: (plain: Buffer, context: string) => Buffer.from(`${context}\n${plain}`),
    open: (sealed: Buffer, context: string) =>
      sealed.toString().startsWith(`${context}\n`)
        ? sealed.subarray(context.length + 1)
        : undefined,
  }),
} as never

const table = () => {
  let at = 0
  const kept = new Map<string, SessionNote & { notedAt: number }>()
  return {
    kept,
    async put(note: SessionNote) {
      kept.set(`${note.session} ${note.name}`, { ...note, notedAt: ++at })
    },
    list: async (fromMs: number, most: number) =>
      [...kept.values()]
        .filter(({ notedAt }) => notedAt >= fromMs)
        .sort((a, b) => b.notedAt - a.notedAt)
        .slice(0, most),
  }
}
const notesOn = (rows: ReturnType<typeof table>, most = 100) =>
  createSessionNotes({ rows, keyring, most, log: silentLog })

test('what one process notes, another knows when it has followed, and so does the next start', async () => {
  const rows = table()
  const [here, there] = [notesOn(rows), notesOn(rows)]
  await here.setLogLevel(plane, mine, 'info')
  await here.subscribe(plane, mine, 'a:1')
  await here.subscribe(plane, mine, 'a:2')
  await there.follow()
  assert.equal(there.logLevel(plane, mine), 'info')
  assert.deepEqual(there.subscriptions(plane, mine), ['a:1', 'a:2'])
  assert.equal(there.logLevel(plane, other), undefined)
  await there.unsubscribe(plane, mine, 'a:1')
  await here.follow()
  assert.deepEqual(here.subscriptions(plane, mine), ['a:2'])
  const restarted = notesOn(rows)
  await restarted.follow()
  assert.deepEqual(restarted.subscriptions(plane, mine), ['a:2'])
})

test('a look that began before something was noted here does not bring back what stood before', async () => {
  const rows = table()
  const notes = notesOn(rows)
  await notes.subscribe(plane, mine, 'a:1')
  const before = await rows.list(0, 10)
  const looked = Promise.withResolvers<typeof before>()
  const slow = createSessionNotes({
    rows: { put: rows.put, list: () => looked.promise },
    ...{ keyring, most: 100, log: silentLog },
  })
  const following = slow.follow()
  await slow.unsubscribe(plane, mine, 'a:1')
  looked.resolve(before)
  await following
  assert.deepEqual(slow.subscriptions(plane, mine), [])
})

test('whoever listens is waited for, and hears of what another process noted', async () => {
  const rows = table()
  const [here, there] = [notesOn(rows), notesOn(rows)]
  let heard = 0
  const stop = here.onChange(mine, async () => void heard++)
  await here.subscribe(plane, mine, 'a:1')
  assert.equal(heard, 1)
  await here.subscribe(plane, other, 'a:1')
  await there.subscribe(plane, mine, 'a:2')
  await here.follow()
  assert.equal(heard, 2)
  await here.follow()
  stop()
  await here.subscribe(plane, mine, 'a:3')
  assert.equal(heard, 2)
})

test('a session has fifty subscriptions, and no URI that is longer than 2048 bytes', async () => {
  const notes = notesOn(table())
  for (let n = 0; n < 50; n++) assert.equal(await notes.subscribe(plane, mine, `a:${n}`), undefined)
  assert.match((await notes.subscribe(plane, mine, 'a:50'))?.problem ?? '', /at most 50/)
  assert.equal(await notes.subscribe(plane, mine, 'a:0'), undefined)
  assert.match((await notes.subscribe(plane, other, 'x'.repeat(2049)))?.problem ?? '', /2048 bytes/)
})

test('of very many, those of the session that was noted of longest ago are forgotten', async () => {
  const notes = notesOn(table(), 2)
  await notes.setLogLevel(plane, session('1'), 'info')
  await notes.setLogLevel(plane, session('2'), 'info')
  await notes.setLogLevel(plane, session('1'), 'error')
  await notes.setLogLevel(plane, session('3'), 'info')
  const levels = ['1', '2', '3'].map((id) => notes.logLevel(plane, session(id)))
  assert.deepEqual(levels, ['error', undefined, 'info'])
})

test('the store sees neither whose session it is nor what is noted; one that cannot keep it says so', async () => {
  const rows = table()
  const sealed = createSessionNotes({
    rows,
    keyring: {
      sealer: () => ({ seal: () => Buffer.from('sealed'), open: () => undefined }),
    } as never,
    ...{ most: 10, log: silentLog },
  })
  await sealed.subscribe(plane, mine, 'a:secret')
  assert.ok(!/mine|secret/.test(JSON.stringify([...rows.kept])))
  const fault = new Fault('store_unreachable')
  const lost = createSessionNotes({
    rows: { put: () => Promise.reject(fault), list: async () => [] },
    ...{ keyring, most: 10, log: silentLog },
  })
  await assert.rejects(lost.setLogLevel(plane, mine, 'info'), fault)
})
