import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createChange } from '#change/create-change.ts'
import { planeId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import { type LogFields, silentLog } from '#lib/log.ts'
import type { Revision } from '#store/store.ts'
import { about } from './door.ts'
import {
  agent,
  credential,
  document,
  grant,
  ops,
  plainly,
  quota,
  server,
  setUp,
  sound,
  stillClock,
  stream,
} from './setup.ts'

const monthly = grant.replace('weekly', 'monthly')
const opsPlane = planeId('ops')

describe('apply', () => {
  test('adds what is new, in one revision with its diff and its entry', async (context) => {
    const { apply, change, store, entered } = await setUp(context)
    const answer = await apply(sound)
    assert.equal(answer.revision, 1)
    assert.deepEqual(
      answer.changes.map(({ op, plane, kind, name }) => `${op} ${plane}/${kind}/${name}`),
      [
        'add ops/Plane/ops',
        'add ops/Server/calendar',
        'add ops/Consumer/workplace-ai',
        'add ops/Agent/planner',
        'add ops/Grant/planner-reads',
        'add ops/Quota/reads',
        'add ops/Credential/calendar-api',
      ],
    )
    assert.equal(change.current().revision, 1)
    assert.equal(
      change.current().planes.get(opsPlane)?.grants.get('planner-reads')?.agent,
      'planner',
    )
    const [revision] = await store.revisions.page(undefined, 10)
    assert.equal(revision?.diff, answer.diff)
    assert.equal(revision?.summary, '7 added')
    assert.equal(revision?.by, 'local:tester')
    assert.equal(revision?.set, 'files')
    assert.deepEqual(revision?.planes, ['ops'])
    assert.deepEqual(entered, [revision])
  })

  test('of the same again changes nothing and makes no revision, whatever its form', async (context) => {
    const { apply, store, change } = await setUp(context)
    await apply(sound)
    const again = await apply(sound)
    assert.deepEqual(again, { revision: 1, changes: [], diff: '', dryRun: false })
    const reordered = stream(
      ...sound
        .split('---\n')
        .reverse()
        .map((text) =>
          text.includes('kind: Plane') ? text : `${text.replace('plane: ops\n', '')}plane: ops\n`,
        ),
    )
    assert.equal((await apply(reordered)).revision, 1)
    const json = {
      apiVersion: 'bailiwick/v1',
      kind: 'Consumer',
      plane: 'ops',
      name: 'workplace-ai',
    }
    const files = [{ name: 'a.json', text: JSON.stringify(json, null, '\t') }]
    assert.equal((await apply('', { files })).revision, 1)
    assert.equal(await store.revisions.newest(), 1)
    assert.equal(change.current().revision, 1)
  })

  test('shows what changes as a line diff of the document, the same for a dry run', async (context) => {
    const { apply, change, store } = await setUp(context)
    await apply(sound)
    const before = change.exportDocuments()
    const dry = await apply(monthly, { dryRun: true })
    assert.equal(
      dry.diff,
      [
        '--- ops/Grant/planner-reads',
        '+++ ops/Grant/planner-reads',
        '@@ -6,5 +6,5 @@',
        ' consumer: workplace-ai',
        ' allow:',
        '   - { server: calendar, class: read }',
        '-reason: weekly planning',
        '+reason: monthly planning',
        ' until: "2027-06-30"',
        '',
      ].join('\n'),
    )
    assert.equal(dry.dryRun, true)
    assert.equal(dry.revision, 1)
    assert.equal(change.exportDocuments(), before)
    assert.equal(await store.revisions.newest(), 1)
    const real = await apply(monthly)
    assert.deepEqual({ ...real, revision: 1, dryRun: true }, dry)
    assert.equal(real.revision, 2)
  })

  test('leaves alone what is not in the files, unless told to prune', async (context) => {
    const { apply, change } = await setUp(context)
    await apply(sound)
    const fewer = stream(ops, credential, server, document('Consumer', 'name: workplace-ai'), agent)
    assert.deepEqual((await apply(fewer)).changes, [])
    const pruned = await apply(fewer, { prune: true })
    assert.deepEqual(
      pruned.changes.map(({ op, name }) => `${op} ${name}`),
      ['remove planner-reads', 'remove reads'],
    )
    assert.equal(change.current().planes.get(opsPlane)?.grants.size, 0)
    assert.doesNotMatch(change.exportDocuments(), /planner-reads/)
  })

  test('prunes only what the same set applied', async (context) => {
    const { apply, change } = await setUp(context)
    await apply(sound)
    const other = document('Consumer', 'name: partner')
    await apply(other, { set: 'partners' })
    await apply('# nothing here\n', { set: 'partners', prune: true })
    assert.equal(change.current().planes.get(opsPlane)?.consumers.has('partner'), false)
    assert.equal(change.current().planes.get(opsPlane)?.grants.size, 1)
  })

  test('removes a whole plane with all that stands in it', async (context) => {
    const { apply, change } = await setUp(context)
    await apply(sound)
    const told: unknown[] = []
    change.onChange(async ({ policy, planes }) => void told.push([policy.revision, planes]))
    await apply('# gone\n', { prune: true })
    assert.equal(change.current().planes.size, 0)
    assert.deepEqual(told, [[2, ['ops']]])
    assert.equal(change.exportDocuments(), '')
  })

  test('takes over what a command made, and says so in the diff', async (context) => {
    const { apply, change } = await setUp(context)
    await apply(ops)
    const consumer = {
      apiVersion: 'bailiwick/v1',
      kind: 'Consumer',
      plane: 'ops',
      name: 'partner',
    } as const
    await change.put(consumer, { ...about, summary: 'made partner' })
    assert.equal(change.current().planes.get(opsPlane)?.sets.get('Consumer/partner'), undefined)
    const { diff } = await apply(document('Consumer', 'name: partner'))
    assert.equal(diff, '--- ops/Consumer/partner (no set)\n+++ ops/Consumer/partner (set files)\n')
    assert.equal(change.current().planes.get(opsPlane)?.sets.get('Consumer/partner'), 'files')
  })

  test('refuses a set without a name that files can have, and an input without files', async (context) => {
    const { apply } = await setUp(context)
    await assert.rejects(apply(sound, { set: 'My Files' }), { code: 'usage' })
    await assert.rejects(apply(sound, { files: [], prune: true }), { code: 'usage' })
  })

  test('names the plane, its documents and the set where a plane is pruned under others', async (context) => {
    const { apply, problems } = await setUp(context)
    await apply(ops, { set: 'planes' })
    await apply(stream(...sound.split('---\n').slice(1)))
    const found = await problems('# gone\n', { set: 'planes', prune: true })
    assert.deepEqual(found, [
      {
        file: '',
        line: 0,
        column: 0,
        code: 'dangling name',
        message:
          'prune would remove Plane ops, in which Server calendar and 5 more would be left; remove that first, or keep the Plane',
      },
    ])
  })

  test('names who still needs what another set would prune', async (context) => {
    const { apply, problems } = await setUp(context)
    await apply(sound)
    await apply(document('Consumer', 'name: partner'), { set: 'partners' })
    await apply(agent.replace('[workplace-ai]', '[workplace-ai, partner]'))
    const [found] = await problems('# gone\n', { set: 'partners', prune: true })
    assert.equal(
      found?.message,
      'prune would remove Consumer partner, which Agent planner of the set files names in consumers[1]; remove that first, or keep Consumer partner',
    )
  })

  test('is one at a time: of two at once the second is checked against the first', async (context) => {
    const { apply, change } = await setUp(context)
    await apply(sound)
    const [first, second] = await Promise.allSettled([
      apply(stream(...sound.split('---\n').filter((text) => !text.includes('kind: Grant'))), {
        prune: true,
      }),
      apply(
        stream(
          ops,
          agent.replace('[workplace-ai]', '[partner]'),
          document('Consumer', 'name: partner'),
        ),
      ),
    ])
    assert.equal(first.status, 'fulfilled')
    assert.equal(second.status, 'fulfilled')
    assert.equal(change.current().revision, 3)
  })

  test('gives documents that nobody can change in place', async (context) => {
    const { apply, change } = await setUp(context)
    await apply(sound)
    const plane = change.current().planes.get(opsPlane)
    const standing = plane?.grants.get('planner-reads')
    assert.ok(standing)
    assert.throws(() => standing.allow.push({ class: 'write' }), TypeError)
    assert.throws(() => Object.assign(standing, { agent: 'other' }), TypeError)
  })
})

describe('put', () => {
  test('keeps the set, goes through the same checks and makes a revision', async (context) => {
    const { apply, change, store, entered } = await setUp(context)
    await apply(sound)
    const before = change.current().planes.get(opsPlane)?.servers.get('calendar')
    assert.ok(before)
    const after = { ...before, tools: { ...before.tools, add: { class: 'write' as const } } }
    assert.equal(await change.put(after, { ...about, summary: 'classified add' }), 2)
    assert.equal(change.current().planes.get(opsPlane)?.sets.get('Server/calendar'), 'files')
    assert.equal((await store.revisions.page(undefined, 1))[0]?.summary, 'classified add')
    assert.equal(entered.length, 2)
    assert.equal(await change.put(after, { ...about, summary: 'again' }), 2)
  })

  test('refuses a name of nothing, and a runner that the files did not name', async (context) => {
    const { apply, change } = await setUp(context)
    await apply(sound)
    const plane = change.current().planes.get(opsPlane)
    const calendar = plane?.servers.get('calendar')
    const standing = plane?.grants.get('planner-reads')
    assert.ok(calendar && standing)
    const { credential: _, ...bare } = calendar
    const refused = { name: 'BadDocuments', code: 'bad_documents' }
    await assert.rejects(
      change.put({ ...standing, agent: 'nobody' }, { ...about, summary: 'x' }),
      refused,
    )
    await assert.rejects(
      change.put({ ...bare, upstream: { runner: 'bank' } }, { ...about, summary: 'x' }),
      refused,
    )
    await assert.rejects(
      change.put(
        { ...standing, reason: 'for ghp_012345678901234567890123' },
        { ...about, summary: 'x' },
      ),
      (thrown) => thrown instanceof Fault && !/0123456789/.test(String(thrown.detail)),
    )
    assert.equal(change.current().revision, 1)
  })
})

describe('what follows a change', () => {
  test('is told in order, with the new policy, before apply resolves', async (context) => {
    const { apply, change } = await setUp(context)
    const told: string[] = []
    change.onChange(async ({ policy, planes }) => {
      await Promise.resolve()
      told.push(`first ${policy.revision} ${planes}`)
    })
    change.onChange(async ({ policy }) => void told.push(`second ${policy.revision}`))
    await apply(sound)
    assert.deepEqual(told, ['first 1 ops', 'second 1'])
  })

  test('is told even where one of them fails, and apply says that something does not follow', async (context) => {
    const { apply, change, entered } = await setUp(context)
    const told: number[] = []
    change.onChange(async () => {
      throw new Error('no room')
    })
    change.onChange(async ({ policy }) => void told.push(policy.revision))
    await assert.rejects(apply(sound), (thrown) => {
      assert.ok(thrown instanceof Fault)
      assert.match(String(thrown.detail), /^revision 1 stands, but not everything follows it/)
      return true
    })
    assert.deepEqual(told, [1])
    assert.equal(change.current().revision, 1)
    assert.equal(entered.length, 1)
  })
})

describe('entries of changes', () => {
  test('that could not be written are written before the next change, which waits for them', async (context) => {
    const { store } = await setUp(context)
    const entered: number[] = []
    const logged: LogFields[] = []
    let full = true
    const change = await createChange({
      store,
      clock: stillClock,
      log: { ...silentLog, error: (_, fields) => void logged.push(fields ?? {}) },
      enter: async ({ revision }: Revision) => {
        if (full) throw new Fault('unrecordable', { detail: 'disk full' })
        entered.push(revision)
      },
    })
    const input = {
      set: 'files',
      prune: false,
      dryRun: false,
      by: 'me',
      runners: new Set<string>(),
    }
    const put = (text: string) => change.apply({ ...input, files: [{ name: 'a.yaml', text }] })
    assert.equal((await put(ops)).revision, 1)
    assert.deepEqual(logged, [{ revision: 1, code: 'unrecordable', detail: 'disk full' }])
    await assert.rejects(put(document('Consumer', 'name: x')), { code: 'unrecordable' })
    assert.equal(change.current().revision, 1)
    full = false
    assert.equal((await put(document('Consumer', 'name: x'))).revision, 2)
    assert.deepEqual(entered, [1, 2])
    assert.deepEqual(await store.revisions.listUnentered(), [])
  })

  test('are caught up at the next start, oldest first, each once', async (context) => {
    const { store } = await setUp(context)
    const broken = async () => {
      throw new Fault('unrecordable')
    }
    const parts = { store, clock: stillClock, log: silentLog }
    const first = await createChange({ ...parts, enter: broken })
    const input = {
      set: 'files',
      prune: false,
      dryRun: false,
      by: 'me',
      runners: new Set<string>(),
    }
    await first.apply({ ...input, files: [{ name: 'a.yaml', text: ops }] })
    const entered: number[] = []
    const enter = async ({ revision }: Revision) => void entered.push(revision)
    const second = await createChange({ ...parts, enter })
    await second.catchUp()
    await second.catchUp()
    assert.deepEqual(entered, [1])
  })
})

describe('a start', () => {
  test('finds everything as it was', async (context) => {
    const { apply, change, store } = await setUp(context)
    await apply(sound)
    await apply(quota.replace('minute: 30', 'minute: 60'))
    const enter = async () => undefined
    const again = await createChange({ store, clock: stillClock, log: silentLog, enter })
    assert.deepEqual(plainly(again.current()), plainly(change.current()))
    assert.equal(again.exportDocuments(), change.exportDocuments())
  })

  test('refuses a row that a later version wrote, instead of leaving out its condition', async (context) => {
    const { apply, store } = await setUp(context)
    await apply(sound)
    const put = {
      plane: opsPlane,
      kind: 'Grant',
      name: 'later',
      before: undefined,
      after: {
        set: undefined,
        body: {
          agent: 'planner',
          consumer: 'workplace-ai',
          allow: [{ class: 'write' }],
          reason: 'x',
          unless: 'args.line == 3',
        },
      },
    } as const
    const given = {
      by: 'me',
      at: 0,
      why: '',
      set: undefined,
      summary: '',
      diff: '',
      key: undefined,
    }
    await store.commit({ ...given, documents: [put], rows: [], onto: 1 })
    const enter = async () => undefined
    await assert.rejects(createChange({ store, clock: stillClock, log: silentLog, enter }), {
      code: 'bad_store',
      detail: 'Grant ops/later in the store is not a document that this version reads',
    })
  })
})
