import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planeId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import { readJson } from '#lib/json.ts'
import { silentLog } from '#lib/log.ts'
import { createWindows } from '#quota/windows.ts'
import { createSteps } from './steps.ts'

test('a result whose outcome cannot be written is withheld: unconfirmed, and the caller learns that it was executed', async () => {
  const never = () => assert.fail('not reached')
  const step = createSteps({
    origin: 'https://gateway.example',
    limits: { firstAnswerTimeoutMs: 1, callTimeoutMs: 1 },
    log: silentLog,
    record: {
      refuse: never,
      intend: never,
      conclude: () => Promise.reject(new Fault('unrecordable')),
    },
    windows: createWindows(),
    upstreams: {
      find: never,
      list: never,
      follow: never,
      refresh: never,
      close: never,
      onOpen: never,
    },
    underway: { add: never, cancel: never },
    standing: { check: never, add: never, follow: never },
    loan: never,
    now: () => 0,
  })
  const finished: { text: string; status: number | undefined }[] = []
  const reply = {
    openEvents: never,
    relay: never,
    onGone: never,
    onDrain: never,
    finish: (bytes: Uint8Array | undefined, about?: { status?: number }) =>
      void finished.push({ text: String(bytes), status: about?.status }),
  }
  const doc = readJson(Buffer.from('{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{}}'), {
    depth: 9,
    nodes: 99,
  })
  const ask = {
    era: 'modern',
    revision: '2026-07-28',
    doc,
    id: 7,
    method: 'tools/call',
    params: {},
    session: undefined,
  } as const
  const answer = {
    status: 'complete',
    code: '',
    final: Buffer.from('the-result'),
    event: undefined,
    detached: false,
    httpStatus: 200,
    sessionId: undefined,
  } as const
  const asked = { exchange: { plane: planeId('ops') }, ask } as unknown as Parameters<
    typeof step.conclude
  >[0]
  await step.conclude(asked, { id: 'cal_1' as never, startedMs: 0 }, answer, reply)
  assert.equal(finished.length, 1)
  assert.equal(finished[0]?.status, 503)
  const { error } = JSON.parse(finished[0]?.text ?? '')
  assert.deepEqual([error.code, error.data], [-31503, { call: 'cal_1' }])
  assert.match(error.message, /was executed, but its outcome could not be recorded/)
})
