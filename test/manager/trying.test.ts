// Runs on both stores.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Explanation } from '#policy/policy.ts'
import { connectV2, type Peer } from '../peers/clients.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { type Document, written } from '../stories/documents.ts'
import { openOffice, type People, type Person } from '../stories/people.ts'
import { createMes } from '../stories/servers/mes.ts'
import { type Serving, serve } from '../stories/servers/serving.ts'

const plane = 'plant'
const read = { class: 'read' }
const grant = (name: string, body: object): Document => ({
  ...{ kind: 'Grant', plane, name, consumer: 'shop-floor', reason: 'its work' },
  ...body,
})
const agent = (name: string, claims: object): Document => ({
  ...{ kind: 'Agent', plane, name, owner: 'production', consumers: ['shop-floor'], claims },
})
const role = (name: string, body: object): Document => ({
  ...{ kind: 'RoleBinding', plane, name, ...body },
})
const onTelemetry = { allow: [{ server: 'mes', tools: ['read_telemetry'] }] }
const ownLine = grant('own-line', {
  ...{ group: 'lines', ...onTelemetry, when: 'args.line == caller.claims.line' },
})
/** Of its name and of what it says nothing may be told to those who may not read rules. */
const nightly: Document = {
  ...{ kind: 'Rule', plane, name: 'nightly-secret', over: onTelemetry.allow },
  when: 'args.sensor == "reactor"',
  require: 'caller.claims.clearance == "seven"',
}
const standing = (serving: Serving): Document[] => [
  { kind: 'Plane', name: plane },
  { kind: 'Consumer', plane, name: 'shop-floor' },
  agent('line-3', { line: '3' }),
  agent('line-4', { line: '4', clearance: 'none' }),
  { kind: 'AgentGroup', plane, name: 'lines', agents: ['line-3', 'line-4'] },
  {
    ...{ kind: 'Server', plane, name: 'mes', owner: 'production' },
    upstream: { url: serving.url('mes') },
    tools: { read_telemetry: read, list_lines: read },
  },
  ownLine,
  role('watches', { role: 'soc', people: ['sol'] }),
  role('minds', { role: 'privacy', people: ['petra'] }),
  role('audits', { role: 'auditor', people: ['audrey'], over: { server: 'mes' } }),
  role('looks', { role: 'developer', people: ['dev'] }),
]

const steady = (text: string): string => text.replaceAll(/\d\d:\d\d:\d\d/g, 'TIME')

describe('A policy that is tried before it stands', () => {
  let serving: Serving
  let gateway: Gateway
  let people: People
  let audrey: Person
  let folder: string

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bailiwick-'))
    serving = await serve({ mes: createMes().make })
    gateway = await startGateway({ documents: written(standing(serving)) })
    people = await openOffice(gateway)
    audrey = await people.hire('audrey')
  })
  after(async () => {
    await people?.leave()
    await gateway?.stop()
    await serving?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const as = async (agent: string): Promise<Peer> => {
    const url = `${gateway.origin}/mcp/${plane}/mes`
    return connectV2({ url, token: await gateway.token(agent, url) }, { pin: '2026-07-28' })
  }
  const draftOf = (...documents: Document[]): string => {
    const path = join(folder, 'draft.yaml')
    writeFileSync(path, written(documents))
    return path
  }
  const inFiles = (...documents: Document[]) => ({
    files: [{ name: 'draft.yaml', text: written(documents) }],
    set: 'test',
  })
  const apply = async (...documents: Document[]) => {
    const path = draftOf(...documents)
    const { code, stderr } = await gateway.cli(['apply', '-f', path, '--set', 'test'])
    assert.equal(code, 0, stderr)
  }
  const json = async <T>(words: string[], expected: number): Promise<T> => {
    const { code, stdout, stderr } = await gateway.cli([...words, '--json'])
    assert.equal(code, expected, stderr || stdout)
    return JSON.parse(stdout)
  }
  const telemetry = 'plant/mes/read_telemetry'
  /** What `can` answers: its decision and why. */
  const can = async (who: string, ...more: string[]) => {
    const words = ['can', who, telemetry, ...more, '--set', 'test', '--json']
    const { stdout, stderr } = await gateway.cli(words)
    assert.equal(stderr, '')
    const { decision, because, as } = JSON.parse(stdout)
    return [decision, because, as]
  }

  test('then, now and draft are answered differently, each by its own documents', async () => {
    const revision = (await json<{ revision: number }>(['status'], 0)).revision
    assert.deepEqual(await can('line-3', 'line=3'), ['permitted', 'grant own-line', 'now'])
    assert.deepEqual(await can('line-3'), ['depends', 'it depends on the arguments', 'now'])
    const other = ['denied', 'condition of grant own-line', 'now']
    assert.deepEqual(await can('line-3', 'line=4'), other)
    assert.deepEqual(await can('line-3', '--args', '{"line":"4"}'), other)
    const vouched = await can('line-3', 'line=4', '--claim', 'line=4')
    assert.deepEqual(vouched, ['permitted', 'grant own-line', 'now'])

    const never = { kind: 'Rule', plane, name: 'never', over: [{ server: 'mes' }], deny: true }
    const draft = draftOf(never)
    const drafted = await can('line-3', 'line=3', '-f', draft)
    assert.deepEqual(drafted, ['denied', 'rule never: nobody may', 'draft'])
    assert.deepEqual(await can('line-3', 'line=3'), ['permitted', 'grant own-line', 'now'])
    await apply(never)
    assert.deepEqual(await can('line-3', 'line=3'), ['denied', 'rule never: nobody may', 'now'])
    const then = await can('line-3', 'line=3', '--revision', String(revision))
    assert.deepEqual(then, ['permitted', 'grant own-line', 'then'])
    await gateway.cli(['restore', String(revision)])
    assert.deepEqual(await can('line-3', 'line=3'), ['permitted', 'grant own-line', 'now'])
  })

  test('a grant that ends is asked at a time, and a rule by a token and a user', async () => {
    const until = { ...ownLine, until: '2030-01-01' }
    const draft = draftOf(until)
    const at = ['--at', '2031-01-01T00:00:00Z']
    assert.deepEqual(await can('line-3', 'line=3', ...at, '-f', draft), [
      ...['denied', 'grant ended', 'draft'],
    ])
    const own = draftOf({ ...nightly, when: 'args.line == "3"', require: 'user != null' })
    const rule = 'rule nightly-secret: not fulfilled'
    assert.deepEqual(await can('line-3', 'line=3', '-f', own), ['denied', rule, 'draft'])
    const user = await can('line-3', 'line=3', '-f', own, '--user', 'alice')
    assert.deepEqual(user, ['permitted', 'grant own-line', 'draft'])
  })

  describe('a replay of calls that were made', () => {
    type Moved = { calls: number; groups: { count: number; draft: string; calls: string[] }[] }
    type Replayed = {
      calls: number
      newlyPermitted: Moved
      newlyDenied: Moved
      notKnown: Record<string, number>
    }
    const replayed = (...documents: Document[]) =>
      json<Replayed>(['policy', 'replay', '-f', draftOf(...documents), '--set', 'test'], 0)
    const sensors = { ...ownLine, when: `${ownLine.when} && args.sensor == "oven"` }
    const lists = grant('lists', {
      agent: 'line-4',
      allow: [{ server: 'mes', tools: ['list_lines'] }],
    })

    before(async () => {
      const peer = await as('line-3')
      for (const sensor of ['belt', 'belt', 'oven'])
        await peer.callTool('read_telemetry', { line: '3', sensor })
      const { isError } = await peer.callTool('read_telemetry', { line: '4', sensor: 'oven' })
      assert.ok(isError)
      await peer.close()
      const other = await as('line-4')
      await assert.rejects(other.callTool('list_lines'))
      await other.close()
    })

    test('says which a condition on their recorded arguments would newly deny', async () => {
      const { calls, newlyDenied, newlyPermitted, notKnown } = await replayed(sensors)
      assert.equal(calls, 5)
      const [group, ...others] = newlyDenied.groups
      assert.deepEqual(others, [])
      assert.deepEqual([newlyDenied.calls, group?.count, group?.calls.length], [2, 2, 2])
      assert.equal(group?.draft, 'condition of grant own-line')
      assert.deepEqual(newlyPermitted, { calls: 0, groups: [], others: 0 })
      // The refused one: what it was called with is not recorded.
      assert.deepEqual(notKnown, { 'not recorded': 1, 'not yours to read': 0 })
    })

    test('says which were refused and would be permitted', async () => {
      const { newlyDenied, newlyPermitted } = await replayed(lists)
      assert.equal(newlyDenied.calls, 0)
      assert.deepEqual(
        newlyPermitted.groups.map(({ calls: _, ...rest }) => rest),
        [
          {
            ...{ client: 'line-4@shop-floor', server: 'mes', kind: 'tool', name: 'list_lines' },
            ...{ count: 1, now: 'no grant', draft: 'grant lists' },
          },
        ],
      )
    })

    test('tells it to a person in words and a table', async () => {
      const words = ['policy', 'replay', '-f', draftOf(sensors, lists), '--set', 'test']
      const { code, stdout } = await gateway.cli(words)
      assert.equal(code, 0)
      assert.match(stdout, /^5 calls in plant since /)
      assert.match(stdout, /■ 2 calls newly denied\n.+\n +2 {2}line-3@shop-floor {2}mes\/read_tel/)
      assert.match(stdout, /● 1 call newly permitted\n.+\n +1 {2}line-4@shop-floor {2}mes\/list_l/)
      assert.match(stdout, /\? 1 call not known: arguments decide/)
    })

    test('looks at what lies within the time alone', async () => {
      const words = ['policy', 'replay', '-f', draftOf(sensors), '--set', 'test']
      const at = new Date(Date.now() + 60_000).toISOString()
      const { calls } = await json<Replayed>([...words, '--since', at], 0)
      assert.equal(calls, 0)
    })

    test('reads arguments for those alone who may read them, and the calls of those servers', async () => {
      const body = { draft: inFiles(sensors) }
      const asked = async (person: Person) => {
        const answer = await person.ask('POST', `/planes/${plane}/policy/replay`, body)
        assert.equal(answer.status, 200, answer.text)
        return answer.json<Replayed>()
      }
      const soc = await asked(await people.hire('sol'))
      assert.deepEqual([soc.newlyDenied.calls, soc.notKnown['not yours to read']], [2, 0])
      const privacy = await asked(await people.hire('petra'))
      assert.deepEqual([privacy.newlyDenied.calls, privacy.notKnown['not yours to read']], [0, 3])
      // Administrators of the installation read no arguments of others.
      const root = await asked(people.root)
      assert.deepEqual([root.newlyDenied.calls, root.notKnown['not yours to read']], [0, 3])
      const dev = await people.hire('dev')
      const refused = await dev.ask('POST', `/planes/${plane}/policy/replay`, body)
      assert.equal(refused.status, 403)
    })

    test('why a call was decided as it was is told by the policy of its time', async () => {
      const rows = await json<{ call: string; decision: string; name: string }[]>(['calls'], 0)
      const { call } = rows.find((one) => one.name === 'list_lines') ?? {}
      const [{ revision }] = await json<[{ revision: number }]>(['revisions', '--most', '1'], 0)
      await apply(lists)
      const { stdout } = await gateway.cli(['why', call ?? '', '--then'])
      assert.match(stdout, /\nThen {4}denied, by revision \d+\n {2}because {2}no grant\n/)
      assert.match(stdout, /\nNow {5}permitted: grant lists\n/)
      await gateway.cli(['restore', String(revision)])
    })
  })

  describe('sentences about it', () => {
    const apart: Document = {
      ...{ kind: 'PolicyTest', plane, name: 'apart', says: 'Nobody of line 3 reads line 4' },
      ...{ agents: ['line-3'], over: [{ server: 'mes' }], args: { line: '4' }, expect: 'denied' },
    }
    const careless = grant('careless', { agent: 'line-3', ...onTelemetry })

    test('are run by what stands and by a draft, which ends with 3 where it makes one false', async () => {
      await apply(apart)
      const stands = await gateway.cli(['policy', 'test'])
      assert.equal(stands.code, 0)
      assert.match(stands.stdout, /^✓ plant\/apart {2}Nobody of line 3 reads line 4 {2}2 calls\n$/)
      const drafted = await gateway.cli(['policy', 'test', '-f', draftOf(careless)])
      assert.equal(drafted.code, 3)
      assert.equal(
        drafted.stdout,
        '✗ plant/apart  Nobody of line 3 reads line 4  2 calls\n    line-3@shop-floor may call mes/read_telemetry (grant careless)\n',
      )
    })

    test('are told to those who may read rules, and to nobody else', async () => {
      const path = `/planes/${plane}/policy/test`
      const told = await people.root.ask('POST', path, { draft: inFiles(careless) })
      const { tests } = told.json<{ tests: { holds: boolean; says: string }[] }>()
      assert.deepEqual(
        tests.map(({ holds }) => holds),
        [false],
      )
      assert.equal((await audrey.ask('POST', path, {})).status, 403)
    })
  })

  describe('a person who may read calls of one server and no rules', () => {
    const secret = /nightly|secret|clearance|seven|reactor/
    const stopped = { line: '3', sensor: 'reactor' }

    before(async () => {
      await apply(nightly)
      const peer = await as('line-3')
      assert.ok((await peer.callTool('read_telemetry', stopped)).isError)
      await peer.close()
    })

    test('is told that there is a rule and how it stands, neither its name nor what it says', async () => {
      const body = { client: 'line-3@shop-floor', server: 'mes', name: 'read_telemetry' }
      const path = `/planes/${plane}/can`
      const mine = await people.root.ask('POST', path, { ...body, args: stopped })
      assert.match(mine.text, secret)
      for (const args of [stopped, { line: '4', sensor: 'reactor' }, undefined]) {
        const { status, text, json } = await audrey.ask('POST', path, { ...body, args })
        assert.equal(status, 200, text)
        assert.doesNotMatch(text, secret)
        const { rules } = json<Explanation>()
        assert.deepEqual(
          rules.map(({ rule }) => rule),
          ['a rule you may not see'],
        )
      }
      const { because, inTheWay } = (
        await audrey.ask('POST', path, { ...body, args: stopped })
      ).json<Explanation>()
      assert.equal(because, 'denied by a rule you may not see')
      assert.equal(inTheWay, undefined)
    })

    test('nor in calls, in why, now and by the policy of the time, or at a terminal', async () => {
      const calls = await audrey.ask('GET', `/planes/${plane}/calls?result=denied`)
      assert.match(calls.text, /denied by a rule you may not see/)
      assert.doesNotMatch(calls.text, secret)
      const all = calls.json<{ items: { call: string; because: string }[] }>().items
      const { call } = all.find(({ because }) => because.includes('rule')) ?? {}
      const why = await audrey.ask('GET', `/planes/${plane}/calls/${call}?atItsTime=true`)
      assert.equal(why.status, 200, why.text)
      assert.match(why.text, /denied by a rule you may not see/)
      assert.doesNotMatch(why.text, secret)
      const local = await gateway.cli(['why', call ?? ''])
      assert.match(local.stdout, /rule nightly-secret: /)
    })

    test('nor by what calls are asked for, counted by, or told apart by', async () => {
      const at = `/planes/${plane}/calls`
      const over = `since=1h`
      const denied = [
        `${at}?where=rule%3Dnightly-secret`,
        `${at}/count?where=rule%3Dnightly-secret`,
        `${at}/histogram?${over}&where=rule%3Dnightly-secret`,
        `${at}/facets?${over}&field=rule`,
        `${at}/difference?${over}&where=rule%3Dnightly-secret`,
      ]
      for (const path of denied) {
        const { status, text } = await audrey.ask('GET', path)
        assert.equal(status, 403, `${path}: ${text}`)
        assert.doesNotMatch(text, secret)
      }
      const told = await audrey.ask('GET', `${at}/difference?${over}&result=denied`)
      assert.equal(told.status, 200, told.text)
      assert.doesNotMatch(told.text, secret)
      const mine = await people.root.ask('GET', `${at}/facets?${over}&field=rule`)
      assert.match(mine.text, /nightly-secret/)
    })

    test('may try neither a draft nor an earlier revision, nor learn which agents there are', async () => {
      const path = `/planes/${plane}/can`
      const body = { client: 'line-3@shop-floor', server: 'mes', name: 'read_telemetry' }
      for (const more of [{ draft: inFiles(ownLine) }, { revision: 1 }])
        assert.equal((await audrey.ask('POST', path, { ...body, ...more })).status, 403)
      const other = await audrey.ask('POST', path, { ...body, server: 'other' })
      assert.equal(other.status, 403)
      const unknown = await audrey.ask('POST', path, { ...body, client: 'line' })
      assert.equal(unknown.status, 404)
      assert.doesNotMatch(unknown.text, /line-3|line-4/)
    })
  })

  test('is tried from elsewhere with the same words', async () => {
    const draft = draftOf(grant('careless', { agent: 'line-3', ...onTelemetry }))
    const far = people.root.terminal
    const here = gateway.cli
    for (const words of [
      ['can', 'line-3', telemetry, 'line=4', '-f', draft],
      ['policy', 'test', '-f', draft, '--plane', plane],
      ['policy', 'replay', '-f', draft, '--plane', plane, '--since', '1s'],
    ]) {
      const [one, other] = [await here(words), await far(...words)]
      assert.deepEqual([other.code, steady(other.stdout)], [one.code, steady(one.stdout)])
      assert.notEqual(one.stdout, '')
    }
  })

  test('a draft of another plane is refused, and changes nothing', async () => {
    const { code, stderr } = await gateway.cli([
      ...['can', 'line-3', telemetry],
      ...['-f', draftOf({ kind: 'Plane', name: 'finance' })],
    ])
    assert.equal(code, 2)
    assert.match(stderr, /documents of other planes/)
    const { planes } = await json<{ planes: unknown[] }>(['status'], 0)
    assert.equal(planes.length, 1)
  })
})
