import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callId, planeId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import { readJson } from '#lib/json.ts'
import { silentLog } from '#lib/log.ts'
import { createWindows } from '#quota/windows.ts'
import type { Asked } from './asked.ts'
import { straight } from './course.ts'
import type { Reply } from './reply.ts'
import { createSteps } from './steps.ts'
import { createTracing } from './traced.ts'

const never = () => assert.fail('not reached')

/** The steps over parts of which none may be reached but those that a test names. */
const stepsWith = (parts: Partial<Parameters<typeof createSteps>[0]>) =>
  createSteps({
    origin: 'https://gateway.example',
    limits: { firstAnswerTimeoutMs: 1, callTimeoutMs: 1 },
    log: silentLog,
    record: { refuse: never, intend: never, conclude: never },
    windows: createWindows(),
    upstreams: {
      find: never,
      list: never,
      follow: never,
      refresh: never,
      close: never,
      onOpen: never,
      onLeave: never,
    },
    bridges: { spoken: never, inRounds: never },
    apis: { find: never },
    underway: { add: never, has: never, cancel: never },
    carry: { check: never, mayRead: never, call: never, stream: never },
    standing: { check: never, add: never, follow: never },
    loan: never,
    looks: { age: never, look: never, notice: never },
    stepUps: { mayAsk: never },
    tracing: createTracing({ traces: undefined, dropsBaggage: false }),
    listing: never,
    states: { open: () => undefined, seal: never },
    notes: { subscribe: never, unsubscribe: never },
    atServer: { sent: never, forward: never, asks: never, say: never },
    tasks: { carries: never, mayBegin: () => false, target: never, told: never, seal: never },
    snapshot: never,
    now: () => 0,
    ...parts,
  })

const replyInto = (finished: { text: string; status: number | undefined }[]): Reply => ({
  openEvents: never,
  relay: never,
  onGone: never,
  onDrain: never,
  finish: (bytes, about) => void finished.push({ text: String(bytes), status: about?.status }),
})

const ask = {
  era: 'modern',
  revision: '2026-07-28',
  doc: readJson(Buffer.from('{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{}}'), {
    depth: 9,
    nodes: 99,
  }),
  id: 7,
  method: 'tools/call',
  params: {},
  session: undefined,
} as const
const asked = {
  exchange: { plane: planeId('ops'), server: 'bank' },
  ask,
  caller: {},
  target: { server: 'bank', kind: 'tool', name: 'x' },
} as unknown as Asked
const call = {
  ...{ id: callId('cal_1'), startedMs: 0, run: 'run_1', result: undefined, masked: [] },
  counted: { ended() {} },
}

test('a result whose outcome cannot be written is withheld: unconfirmed, and the caller learns that it was executed', async () => {
  const conclude = () => Promise.reject(new Fault('unrecordable'))
  const step = stepsWith({ record: { refuse: never, intend: never, conclude } })
  const finished: Parameters<typeof replyInto>[0] = []
  const answer = {
    status: 'complete',
    code: '',
    final: Buffer.from('the-result'),
    event: undefined,
    detached: false,
    httpStatus: 200,
    sessionId: undefined,
  } as const
  await step.conclude(asked, call, answer, replyInto(finished))
  assert.equal(finished.length, 1)
  assert.equal(finished[0]?.status, 503)
  const { error } = JSON.parse(finished[0]?.text ?? '')
  assert.deepEqual([error.code, error.data], [-31503, { call: 'cal_1' }])
  assert.match(error.message, /was executed, but its outcome could not be recorded/)
})

test('a call whose permission ended while its intent was written is never sent, and says so', async () => {
  const outcomes: unknown[] = []
  const step = stepsWith({
    standing: { check: () => 'suspended', add: never, follow: never },
    record: {
      refuse: never,
      intend: never,
      conclude: async ({ answer }) => void outcomes.push([answer.status, answer.code]),
    },
  })
  const finished: Parameters<typeof replyInto>[0] = []
  const reply = replyInto(finished)
  const lent = { permitted: true, upstream: { send: never }, loan: undefined } as never
  const sending = { decision: undefined as never, lent, call }
  const answer = await step.forward(straight({ asked, sending }), reply)
  await step.conclude(asked, call, answer, reply)
  assert.deepEqual(outcomes, [['cancelled', 'suspended']])
  const { error } = JSON.parse(finished[0]?.text ?? '')
  assert.deepEqual([error.code, error.data], [-31403, { call: 'cal_1' }])
})
