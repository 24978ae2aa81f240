import assert from 'node:assert/strict'
import { userInfo } from 'node:os'
import { describe, test } from 'node:test'
import { type Fences, planLaunch } from '#upstream/isolation.ts'
import { runner } from './ground.ts'

const none: Fences = { setpriv: undefined, bwrap: undefined, isRoot: false }

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
