import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Asker, type Step, startAsker } from '../bridge/asker.ts'
import { accept, form } from '../bridge/calling.ts'
import { openSession } from '../bridge/raw-session.ts'
import { callingAt, until } from '../gateway/calling.ts'
import { agent, consumer, document, documents, grant, plane } from '../gateway/plane.ts'
import { startProcesses } from '../peers/processes.ts'

let asker: Asker
let processes: Awaited<ReturnType<typeof startProcesses>>
before(async () => {
  asker = await startAsker()
  const allowed = (name: string, more = {}) => grant(name, name, [{ server: 'asker' }], 'ops', more)
  processes = await startProcesses(
    2,
    documents(
      ...[plane(), consumer(), agent('planner'), agent('spender')],
      document('Server', {
        ...{ plane: 'ops', name: 'asker', owner: 'tests' },
        upstream: { url: asker.url },
        tools: { ask: { class: 'read' } },
      }),
      allowed('planner'),
      allowed('spender', { quota: { day: 1 } }),
    ),
  )
})
after(async () => {
  await processes?.stop()
  asker?.stop()
})

const path = '/mcp/ops/asker'
const at = (n: number, to = path) => `${processes.origins()[n]}${to}`
const open = async (who: string, to = path) =>
  openSession({
    url: at(0, to),
    token: await processes.at(0).token(who, processes.origin + to),
    headers: { host: new URL(processes.origin).host },
  })
const askName: Step = { ask: 'elicitation/create', params: form }
const wait: Step = { wait: 'for answers' }
const ofCalls = async () =>
  (await processes.entries('ops')).filter(({ type }) => String(type).startsWith('call.'))
const written = async () => (await ofCalls()).length
/** What was written from there on, once there are so many: one of the processes gives them their places. */
const entriesFrom = async (from: number, count: number) => {
  await until(async () => (await written()) >= from + count)
  return (await ofCalls())
    .slice(from)
    .map(({ type, round, status, reason }) => [type, round ?? status ?? reason])
}
const firstText = (message: unknown) =>
  (message as { result: { content: { text: string }[] } }).result.content[0]?.text ?? ''

for (const [to, tool] of [
  [path, 'ask'],
  ['/mcp/ops', 'asker__ask'],
] as const)
  test(`what a legacy server asks in a call of one process at ${to} is answered at the other, a round of it`, async () => {
    const [session, from] = [await open('planner', to), await written()]
    const call = await session.call(tool, { script: [askName, wait, askName, wait] })
    for (const [name, n] of [
      ['Ann', 1],
      ['Bo', 0],
    ] as const) {
      const question = await call.next()
      assert.equal((await session.answer(question?.id, accept(name), at(n, to))).status, 202)
    }
    assert.deepEqual(JSON.parse(firstText(await call.next())), [accept('Ann'), accept('Bo')])
    assert.deepEqual(await entriesFrom(from, 6), [
      ['call.intent', undefined],
      ['call.outcome', 'input required'],
      ['call.intent', 1],
      ['call.outcome', 'input required'],
      ['call.intent', 2],
      ['call.outcome', 'complete'],
    ])
  })

test('attack: an answer beyond a quota, given at the other process, reaches nobody', async () => {
  const [session, from] = [await open('spender'), await written()]
  const heard = asker.heard.length
  const call = await session.call('ask', { script: [askName, wait] })
  const question = await call.next()
  await session.answer(question?.id, accept('Ann'), at(1))
  assert.match(firstText(await call.next()), /[Ll]imit/)
  await until(() =>
    asker.heard.slice(heard).some(({ message }) => message.method === 'notifications/cancelled'),
  )
  assert.ok(!asker.heard.slice(heard).some(({ message }) => message.result !== undefined))
  assert.deepEqual((await entriesFrom(from, 3)).at(-1), ['call.refused', 'limited'])
})

test('a question on the session’s own stream at one process is a round of the call at the other', async () => {
  const [session, from] = [await open('planner'), await written()]
  const known = new Set(asker.own.keys())
  const stream = await callingAt(at(1), new URL(processes.origin).host).openStream('GET', {
    ...session.headers,
    'mcp-protocol-version': '2025-11-25',
  })
  await until(() => [...asker.own.keys()].some((one) => !known.has(one)))
  const own = [...asker.own.keys()].find((one) => !known.has(one)) ?? ''
  const call = await session.call('ask', { script: [askName, wait] })
  const name = await call.next()
  asker.say(own, { id: 'beside', method: 'roots/list' })
  await until(() => stream.said().includes('"beside"'))
  await session.answer('beside', { roots: [] }, at(1))
  await asker.until(() => asker.heard.some(({ message }) => message.id === 'beside'))
  await session.answer(name?.id, accept('Ann'), at(1))
  await call.next()
  assert.deepEqual(await entriesFrom(from, 4), [
    ['call.intent', undefined],
    ['call.outcome', 'input required'],
    ['call.intent', 1],
    ['call.outcome', 'complete'],
  ])
  stream.close()
})

test('a call of one process, whose server closed its stream, ends with what the other one’s resumed stream brings', async () => {
  const [session, from, heard] = [await open('planner'), await written(), asker.heard.length]
  const progress: Step = { notice: 'notifications/progress', params: { progress: 1 } }
  const script: Step[] = [progress, { close: true }]
  const call = await session.call('ask', { script }, { _meta: { progressToken: 'p' } })
  await call.next()
  assert.equal(await call.next(), undefined)
  const called = asker.heard.slice(heard).find(({ message }) => message.method === 'tools/call')
  const stream = await callingAt(at(1), new URL(processes.origin).host).openStream('GET', {
    ...session.headers,
    'mcp-protocol-version': '2025-11-25',
    'last-event-id': `${called?.session} ${call.id}`,
  })
  await until(() => stream.said().includes('"result"'))
  // Durable before the message was passed on.
  assert.deepEqual((await entriesFrom(from, 2)).slice(0, 2), [
    ['call.intent', undefined],
    ['call.outcome', 'complete'],
  ])
  stream.close()
})
