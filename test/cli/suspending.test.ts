import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { catalog } from '#cli/catalog.ts'
import { suspensionCommand, suspensionKinds } from '#domain/suspension.ts'
import { openInstallation, startInstallation } from '../../src/compose.ts'
import { agent, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { type Here, startHere, startWatched, watchedServer } from '../gateway/watched.ts'
import { password } from '../manager/world.ts'
import { type Ran, runHere } from './world.ts'

/** As a shell would take a command apart that has no quotes but around whole words. */
const wordsOf = (command: string): string[] =>
  (command.match(/'[^']*'|\S+/g) ?? []).slice(1).map((word) => word.replace(/^'|'$/g, ''))

describe('Suspending from the terminal', () => {
  let watched: Awaited<ReturnType<typeof startWatched>>
  let here: Here
  let home: string

  before(async () => {
    watched = await startWatched()
    const allowed = grant('all', 'planner', [{ server: 'watched' }])
    const all = [plane(), consumer(), agent('planner'), watchedServer(watched.url), allowed]
    here = await startHere(documents(...all))
    home = await mkdtemp(join(tmpdir(), 'bailiwick-home-'))
    await signIn('root', '--setup-code-file', join(here.data, 'setup-code'))
    const dev = { name: 'dev', title: undefined, administrator: false, password }
    await here.installation.people.put({ ...dev, by: 'test' })
  })
  after(async () => {
    await here?.stop()
    watched?.stop()
    await rm(home, { recursive: true, force: true })
  })

  const run = (...args: string[]): Promise<Ran> =>
    runHere(['--url', here.origin, ...args], { env: { HOME: home } })
  const signIn = async (name: string, ...more: string[]): Promise<void> => {
    const login = ['login', '--url', here.origin, '--name', name, '--password-stdin', ...more]
    const { code, stderr } = await runHere(login, { env: { HOME: home }, input: password })
    assert.equal(code, 0, stderr)
  }
  const listed = async () => JSON.parse((await run('suspensions', '--json')).stdout)

  const rows = [
    ['agent', 'planner', 'agent ops/planner'],
    ['consumer', 'workplace-ai', 'consumer ops/workplace-ai'],
    ['user', "--al'ice", "user ops/--al'ice"],
    ['user', 'alice smith', 'user ops/alice smith'],
    ['server', 'watched', 'server ops/watched'],
    ['capability', 'watched/tool/quick', 'tool ops/watched/quick'],
    ['capability', 'watched/prompt/quick', 'prompt ops/watched/quick'],
    ['capability', 'watched/resource/w://one', 'resource ops/watched/w://one'],
    ['plane', 'ops', 'plane ops'],
  ] as const
  for (const [kind, name, told] of rows)
    test(`${told} stops and goes on by the very commands that are told as a fix`, async () => {
      const typed = (verb: 'suspend' | 'resume') =>
        // What is quoted in it is not for this test to take apart.
        name.includes("'")
          ? ['user', verb, ...(verb === 'suspend' ? ['--reason', 'TEXT'] : []), '--', name]
          : wordsOf(suspensionCommand(verb, 'ops', { kind, name }))
      const stopped = await run(...typed('suspend'))
      assert.deepEqual([stopped.code, stopped.stderr.split('\n')[1] ?? ''], [0, ''])
      assert.match(stopped.stdout, /^\S.* is suspended: revision \d+\.\n$/)
      assert.ok(stopped.stdout.startsWith(`${told} `), stopped.stdout)
      const [one, ...others] = await listed()
      assert.deepEqual(
        [one.kind, one.name, one.by, one.reason],
        [kind, name, 'person:root', 'TEXT'],
      )
      assert.match(one.at, /^\d{4}-.*Z$/)
      assert.equal(others.length, 0)
      const resumed = await run(...typed('resume'))
      assert.equal(resumed.stdout.startsWith(`${told} may go on: revision `), true, resumed.stderr)
      assert.deepEqual(await listed(), [])
    })

  test('every kind has its commands, and all of them ask why', async () => {
    for (const kind of suspensionKinds) {
      const command = suspensionCommand('suspend', 'ops', { kind, name: 'a/tool/b' })
      const name = wordsOf(command).slice(0, 2).join(' ')
      assert.ok(
        catalog.some((row) => row.name === name),
        name,
      )
    }
    for (const words of [
      ['agent', 'suspend', 'planner'],
      ['server', 'block', 'ops/watched', 'quick'],
      ['plane', 'suspend', 'ops'],
    ]) {
      const { code, stderr } = await run(...words)
      assert.equal(code, 2)
      assert.match(stderr, /Say why.*\n.*Fix: +add --reason TEXT/)
    }
    assert.equal((await run('agent', 'suspend', 'planner', '--reason', ' ')).code, 2)
  })

  test('what is not there is 6 with the command that shows what is, and a kind that is none is 2', async () => {
    const why = ['--reason', 'x']
    const missing = [
      [['agent', 'suspend', 'no-such', ...why], /bailiwick agent list/],
      [['server', 'block', 'ops/watched', 'no_such', ...why], /bailiwick server show ops\/watched/],
      [
        ['server', 'block', 'ops/watched', 'streams', '--kind', 'prompt', ...why],
        /offers no prompt/,
      ],
      [['user', 'resume', 'nobody'], /bailiwick suspensions --plane ops/],
      [['plane', 'suspend', 'nowhere', ...why], /./],
    ] as const
    for (const [words, says] of missing) {
      const { code, stderr, stdout } = await run(...words)
      assert.deepEqual([code, stdout], [6, ''], words.join(' '))
      assert.match(stderr, says)
    }
    assert.equal((await run('server', 'block', 'ops/watched', 'x', '--kind', 'y', ...why)).code, 2)
    assert.equal((await run('user', 'suspend', ' alice', ...why)).code, 2)
  })

  test('are listed newest first, and status tells how many there are and the newest', async () => {
    for (const user of ['alice', 'bob'])
      await run('user', 'suspend', user, '--reason', 'gone\u202e')
    const { stdout } = await run('suspensions')
    const [head = '', ...lines] = stdout.trimEnd().split('\n')
    assert.match(head, /^PLANE +KIND +NAME +SINCE +BY +WHY$/)
    assert.deepEqual(
      lines.map((line) => line.split(/ +/)[2]),
      ['bob', 'alice'],
    )
    assert.equal(stdout.includes('\u202e'), false)
    const status = await run('status')
    assert.match(status.stdout, /2 suspensions, the newest user bob by person:root .* ago: gone/)
    const json = JSON.parse((await run('status', '--json', 'planes')).stdout)
    assert.deepEqual(
      [json.planes[0].suspensions.count, json.planes[0].suspensions.newest.name],
      [2, 'bob'],
    )
    for (const user of ['alice', 'bob']) await run('user', 'resume', user)
    assert.match((await run('suspensions')).stderr, /Nothing is suspended/)
    assert.doesNotMatch((await run('status')).stdout, /suspension/)
  })

  test('attack: who holds no right to it is told 5, and nothing stops', async () => {
    await here.apply(
      documents(
        ...[plane(), consumer(), agent('planner'), watchedServer(watched.url)],
        grant('all', 'planner', [{ server: 'watched' }]),
        JSON.stringify({
          ...{ apiVersion: 'bailiwick/v1', kind: 'RoleBinding', plane: 'ops', name: 'devs' },
          ...{ role: 'developer', people: ['dev'] },
        }),
      ),
    )
    await signIn('dev')
    const denied = await run('plane', 'suspend', 'ops', '--reason', 'x')
    assert.equal(denied.code, 5)
    assert.match(denied.stderr, /planes\.suspend/)
    assert.equal((await run('suspensions', '--plane', 'ops')).code, 5)
    await signIn('root')
    assert.deepEqual(await listed(), [])
  })

  test('works on a folder that nothing serves, as the user of the machine', async () => {
    const data = await mkdtemp(join(tmpdir(), 'bailiwick-'))
    try {
      const composition = async () => ({ startInstallation, openInstallation })
      const file = { data, listen: '127.0.0.1:0', sample: false, print: () => {} }
      const started = await startInstallation(file)
      const about = {
        set: 'x',
        prune: false,
        dryRun: false,
        by: 'test',
        runners: new Set<string>(),
      }
      const text = documents(plane(), consumer())
      await started.installation.change.apply({ ...about, files: [{ name: 'x', text }] })
      await started.stop()
      const local = (...args: string[]) => runHere([...args, '--data', data], { composition })
      const stop = await local('consumer', 'suspend', 'workplace-ai', '--reason', 'audit')
      assert.equal(stop.code, 0, stop.stderr)
      const [one] = JSON.parse((await local('suspensions', '--json', 'by,reason')).stdout)
      assert.match(one.by, /^local:/)
      assert.equal(one.reason, 'audit')
      const revisions = JSON.parse((await local('revisions', '--json', 'why,summary')).stdout)
      assert.equal(revisions[0].why, 'audit')
      assert.equal((await local('consumer', 'resume', 'workplace-ai', '--reason', 'over')).code, 0)
    } finally {
      await rm(data, { recursive: true, force: true })
    }
  })
})
