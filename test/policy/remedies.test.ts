import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { planeId } from '#domain/name.ts'
import { serveControl } from '#edge/control/serve.ts'
import type { CanAnswer } from '#manager/can.ts'
import { runHere } from '../cli/world.ts'
import { startClaims } from '../gateway/claims.ts'
import { type Here, startHere } from '../gateway/watched.ts'

const ops = planeId('ops')
const inOps = (kind: string, name: string, body: object) => ({ kind, plane: 'ops', name, ...body })
const grant = (name: string, body: object) =>
  inOps('Grant', name, { agent: 'adjuster', consumer: 'office', reason: 'a test', ...body })
const onRecords = { allow: [{ server: 'claims', tools: ['record_read'] }] }

describe('What would change an answer', () => {
  let claims: Awaited<ReturnType<typeof startClaims>>
  let here: Here
  let control: Awaited<ReturnType<typeof serveControl>>

  const documents = (...more: object[]) =>
    [
      { kind: 'Plane', name: 'ops' },
      inOps('Consumer', 'office', {}),
      inOps('Agent', 'adjuster', { owner: 'alice', consumers: ['office'] }),
      inOps('Server', 'claims', {
        ...{ owner: 'claims-team', upstream: { url: claims.url } },
        tools: { record_read: { class: 'read' } },
      }),
      ...more,
    ]
      .map((one) => JSON.stringify({ apiVersion: 'bailiwick/v1', ...one }))
      .join('\n---\n')
  const granted = (body: object = {}) => documents(grant('all', { ...onRecords, ...body }))

  before(async () => {
    claims = await startClaims()
    here = await startHere(documents())
    const log = { info() {}, warn() {}, error() {} }
    control = await serveControl({ installation: here.installation, stop() {}, log })
  })
  after(async () => {
    await control?.close()
    await here?.stop()
    claims?.stop()
  })

  const run = async (words: readonly string[], input = '') => {
    const done = await runHere([...words, '--data', here.data], { input })
    assert.ok(done.code === 0 || done.code === 3, done.stderr)
    return done.stdout
  }
  const can = async (name: string, ...more: string[]): Promise<CanAnswer> =>
    JSON.parse(await run(['can', 'adjuster', `ops/claims/${name}`, ...more, '--json']))
  /** As a shell reads it: no word of these holds a blank. */
  const follow = (remedy: string) =>
    remedy.startsWith('bailiwick ')
      ? run(remedy.split(' ').slice(1))
      : run(['apply', '--set', 'test', '-f', '-'], remedy)

  interface Row {
    readonly because: string | RegExp
    readonly name?: string
    readonly words?: readonly string[]
    make(): Promise<unknown>
    undo?(): Promise<unknown>
    /** How many ways there are to choose from. */
    readonly ways?: number
  }
  const release = async () => {
    claims.rename('line')
    await here.installation.refresh(ops, 'claims')
    const { registry } = here.installation
    await registry.release(ops, 'claims', 'record_read', { by: 'test' }).catch(() => {})
  }
  const hold = async () => {
    await here.apply(granted())
    claims.rename('production_line')
    await here.installation.refresh(ops, 'claims')
  }
  const suspended = (kind: Parameters<Here['suspend']>[0], name: string): Row => ({
    because: /suspended by/,
    words: ['--user', 'alice'],
    async make() {
      await here.apply(granted())
      await here.suspend(kind, name)
    },
  })
  const rows: Row[] = [
    { because: 'no grant', make: () => here.apply(documents()) },
    {
      because: 'grant ended',
      make: () => here.apply(granted({ until: '2020-01-01' })),
    },
    { because: 'unclassified', name: 'note_write', make: () => here.apply(granted()), ways: 3 },
    {
      because: 'not published',
      make: () =>
        here.apply(
          granted().replace('"owner":"claims-team"', '"owner":"claims-team","lifeCycle":"draft"'),
        ),
    },
    { because: 'definition changed', make: hold, undo: release },
    suspended('agent', 'adjuster'),
    suspended('consumer', 'office'),
    suspended('user', 'alice'),
    suspended('server', 'claims'),
    suspended('capability', 'claims/tool/record_read'),
    suspended('plane', 'ops'),
  ]

  for (const [
    at,
    { because, name = 'record_read', words = [], make, undo, ways = 1 },
  ] of rows.entries())
    test(`changes it when it is done (${at}: ${because})`, async () => {
      for (let way = 0; way < ways; way++) {
        await make()
        const told = await can(name, ...words)
        if (typeof because === 'string') assert.equal(told.because, because)
        else assert.match(told.because, because)
        const { wouldChange = '' } = told
        const all = wouldChange.startsWith('bailiwick ') ? wouldChange.split('\n') : [wouldChange]
        assert.equal(all.length, ways, wouldChange)
        await follow(all[way] ?? '')
        const after = await can(name, ...words)
        assert.notEqual(after.because, told.because)
        if (ways === 1)
          assert.equal(
            after.decision === 'permitted' || after.decision === 'depends',
            true,
            after.because,
          )
        await undo?.()
      }
    })

  test('is nothing where a document would have to say something else, and that one is named', async () => {
    const rule = inOps('Rule', 'never', { over: [{ server: 'claims' }], deny: true })
    await here.apply(documents(grant('all', onRecords), rule))
    const ruled = await can('record_read')
    assert.deepEqual([ruled.wouldChange, ruled.inTheWay?.kind], [null, 'Rule'])
    assert.match(ruled.inTheWay?.document ?? '', /^kind: Rule\nplane: ops\nname: never$/m)

    await here.apply(granted({ when: 'args.line == "3"' }))
    const asked = await can('record_read', 'id=a', 'line=4')
    assert.deepEqual([asked.wouldChange, asked.inTheWay?.name], [null, 'all'])
    const wrong = await can('record_read', 'id=A', 'line=3')
    assert.match(wrong.because, /^arguments do not fit the definition: \/id must match /)
    assert.deepEqual([wrong.wouldChange, wrong.inTheWay], [null, null])
    const open = await can('record_read')
    assert.deepEqual([open.decision, open.wouldChange, open.inTheWay], ['depends', null, null])

    // A rule that denies whatever the arguments are is what is in the way, not the grant.
    await here.apply(documents(grant('all', { ...onRecords, when: 'args.line == "3"' }), rule))
    const both = await can('record_read', 'id=a', 'line=4')
    assert.deepEqual([both.because, both.inTheWay?.name], ['rule never: nobody may', 'never'])
  })

  test('a condition that a server has made wrong is told by status and by the server', async () => {
    await here.apply(granted({ when: 'args.line == "3"' }))
    claims.rename('production_line')
    await here.installation.refresh(ops, 'claims')
    await run(['server', 'release', 'ops/claims', 'record_read'])
    const wrong =
      '▲ Grant all: its when is wrong now: claims/record_read has no argument line; it has id and production_line'
    for (const words of [['status'], ['server', 'show', 'ops/claims']])
      assert.ok((await run(words)).split('\n').includes(wrong), words.join(' '))
    const { considered } = await can('record_read', 'id=a', 'production_line=3')
    assert.match(considered[0]?.verdict ?? '', /^its condition fails: there is no line/)
    await release()
  })
})
