import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Fences, findFences, planLaunch } from '#upstream/isolation.ts'
import { callOf, exchange, type Heard, loanOf, open, runner, serverAt } from './ground.ts'

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))
const none: Fences = { setpriv: undefined, bwrap: undefined, isRoot: false }
const fences = await findFences()
const told = (heard: Heard): unknown => {
  const { content } = heard.last.result as { content: { text: string }[] }
  return JSON.parse(content[0]?.text ?? '')
}

describe('how a child is kept apart is planned', () => {
  const program = runner('mes', ['--serve'], { environment: { A: '1' } })

  test('as the same user where nothing is asked for, with a kernel signal for our end where there is one', async () => {
    const plain = await planLaunch(program, {}, none, [])
    assert.deepEqual([plain.file, plain.arguments], [process.execPath, ['--serve']])
    assert.deepEqual([plain.isolation, plain.folder, plain.uid], ['same user', '/', undefined])
    const tied = await planLaunch(program, {}, { ...none, setpriv: '/usr/bin/setpriv' }, [])
    assert.equal(tied.file, '/usr/bin/setpriv')
    assert.deepEqual(tied.arguments, [
      ...['--pdeathsig', 'KILL', '--no-new-privs', '--', process.execPath, '--serve'],
    ])
  })

  test('as another user only as root, and it says so where it cannot', async () => {
    const asUser = { ...program, user: 'nobody' }
    const can = await planLaunch(asUser, {}, { ...none, isRoot: true }, [])
    assert.equal(can.isolation, 'user nobody')
    assert.ok(can.uid !== undefined && can.uid > 0 && can.gid !== undefined && can.gid > 0)
    const cannot = await planLaunch(asUser, {}, none, [])
    assert.equal(cannot.isolation, 'same user (becoming nobody needs root)')
    assert.equal(cannot.uid, undefined)
    const own = await planLaunch({ ...program, user: userInfo().username }, {}, none, [])
    assert.equal(own.isolation, `same user (${userInfo().username})`)
  })

  test('and never as root because its own user does not exist', async () => {
    const nobodyAtAll = { ...program, user: 'no-such-user' }
    await assert.rejects(planLaunch(nobodyAtAll, {}, { ...none, isRoot: true }, []), {
      code: 'bad_configuration',
      detail: 'there is no user no-such-user',
    })
  })

  test('in bubblewrap with what it is lent whispered, and our folders hidden though one is its own', async () => {
    const boxed = { ...program, sandbox: 'bubblewrap', folder: '/srv/data' } as const
    const launch = await planLaunch(boxed, { KEY: 'canary' }, { ...none, bwrap: '/bin/bwrap' }, [
      '/srv/data',
    ])
    assert.equal(launch.isolation, 'bubblewrap')
    assert.deepEqual(launch.environment, {})
    assert.ok(!launch.arguments.join(' ').includes('canary'))
    assert.match(launch.whispered?.toString() ?? '', /^--clearenv\0.*--setenv\0KEY\0canary\0$/)
    const options = launch.arguments.join(' ')
    assert.ok(options.indexOf('--bind /srv/data') < options.indexOf('--tmpfs /srv/data'))
    const cannot = await planLaunch(boxed, { KEY: 'canary' }, none, [])
    assert.equal(cannot.isolation, 'same user (bubblewrap does not work here)')
  })
})

describe('how a child is kept apart is true', () => {
  const canBecome = () =>
    process.getuid?.() === 0 &&
    spawnSync(process.execPath, ['--version'], { uid: 65_534, gid: 65_534, cwd: '/' }).status === 0

  test('another user has its own rights and none of our groups', {
    skip: canBecome() ? false : 'needs root, and a Node that everybody may run',
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ours-'))
    after(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'key'), 'canary', { mode: 0o600 })
    const { find } = await open([serverAt('child', { runner: 'child' })], {
      runners: [runner('child', [CHILD], { user: 'nobody' })],
    })
    assert.equal(find('child').health.isolation, 'user nobody')
    const { uid } = told(await exchange(find('child'), callOf('where'))) as { uid: number }
    assert.equal(uid, 65_534)
    const read = await exchange(find('child'), callOf('read', { path: join(folder, 'key') }))
    assert.equal(told(read), 'EACCES')
  })

  test('bubblewrap shows neither our folders nor our processes, and its own process holds no secret', {
    skip: fences.bwrap === undefined ? 'bubblewrap is not installed, or does not work here' : false,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ours-'))
    after(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'key'), 'canary')
    const document = serverAt('child', { runner: 'child' }, { name: 'key', env: 'CHILD_KEY' })
    const { find } = await open([document], {
      runners: [runner('child', [CHILD], { sandbox: 'bubblewrap' })],
      hidden: [folder],
      loanFor: () => loanOf('canary'),
    })
    assert.equal(find('child').health.isolation, 'bubblewrap')
    const loan = loanOf('canary')
    const path = join(folder, 'key')
    assert.equal(told(await exchange(find('child'), callOf('read', { path }, { loan }))), 'ENOENT')
    const { pid } = told(await exchange(find('child'), callOf('where', {}, { loan }))) as {
      pid: number
    }
    assert.ok(pid < 10)
  })
})
