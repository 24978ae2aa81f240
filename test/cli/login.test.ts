import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { password, startWorld, type World } from '../manager/world.ts'
import { makeFolder, runHere } from './world.ts'

const documents = `
apiVersion: bailiwick/v1
kind: Plane
name: ops
---
apiVersion: bailiwick/v1
kind: Consumer
plane: ops
name: office
---
apiVersion: bailiwick/v1
kind: Agent
plane: ops
name: planner
owner: alice
consumers: [office]
authenticate: { secret: true }
---
apiVersion: bailiwick/v1
kind: Credential
plane: ops
name: bank-key
owner: alice
---
apiVersion: bailiwick/v1
kind: RoleBinding
plane: ops
name: reads
role: auditor
people: [bob]
`

describe('The terminal, signed in from elsewhere,', () => {
  let world: World
  const homes = new Map<string, string>()
  before(async () => {
    world = await startWorld()
  })
  after(() => world.stop())

  const bailiwick = (home: string, args: string[], input?: string) =>
    runHere([...args, '--url', world.origin], {
      env: { HOME: home },
      ...(input !== undefined && { input }),
    })

  test('makes the first administrator, and keeps the token where nobody else reads it', async (t) => {
    const home = await makeFolder(t)
    homes.set('ayse', home)
    const code = join(world.data, 'setup-code')
    const login = ['login', '--name', 'ayse', '--setup-code-file', code, '--password-stdin']
    const first = await bailiwick(home, login, `${password}\n`)
    assert.equal(first.code, 0, first.stderr)
    const file = join(home, '.config', 'bailiwick', 'sessions.json')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    const { token } = JSON.parse(readFileSync(file, 'utf8'))[world.origin]
    assert.match(token, /^bwm_/)
    assert.equal(`${first.stdout}${first.stderr}`.includes(token), false)

    const documentsFile = join(home, 'ops.yaml')
    writeFileSync(documentsFile, documents)
    const applied = await bailiwick(home, ['apply', '-f', documentsFile])
    assert.equal(applied.code, 0, applied.stderr)
    assert.match(applied.stdout, /RoleBinding ops\/reads/)
    const exported = await bailiwick(home, ['export'])
    assert.match(exported.stdout, /kind: RoleBinding\n/)
    const status = await bailiwick(home, ['status'])
    assert.match(status.stdout, new RegExp(`origin +${world.origin}`))
    assert.equal(status.stdout.includes(world.data), false)

    const set = ['cred', 'set', 'bank-key', '--from-stdin']
    assert.match((await bailiwick(home, set, 'hunter2!')).stdout, /version 1/)
    const secret = await bailiwick(home, ['agent', 'secret', 'planner'])
    assert.match(secret.stdout, /^[\w-]{40,}\n$/)
    const suspend = ['agent', 'suspend', 'planner', '--reason', 'a loop']
    assert.match((await bailiwick(home, suspend)).stdout, /is suspended/)
    assert.match((await bailiwick(home, ['agent', 'resume', 'planner'])).stdout, /may go on/)
    for (const list of [['cred', 'list'], ['agent', 'list'], ['server', 'list'], ['calls']])
      assert.equal((await bailiwick(home, [...list, '--json'])).code, 0, list.join(' '))
    const can = await bailiwick(home, ['can', 'planner', 'ops/bank/x', '--json', 'decision'])
    assert.deepEqual([can.code, JSON.parse(can.stdout)], [3, { decision: 'denied' }])
    assert.equal((await bailiwick(home, ['why', 'cal_01JD7Q3M8Z4T6W2X9Y5V1B0C7D'])).code, 6)
  })

  test('is told by its exit code what is missing: a sign-in, a right, or a command of the machine', async (t) => {
    const home = await makeFolder(t)
    const none = await bailiwick(home, ['status'])
    assert.equal(none.code, 4)
    assert.match(none.stderr, /bailiwick login --url/)
    await world.signIn('bob')
    const login = ['login', '--name', 'bob', '--password-stdin']
    assert.equal((await bailiwick(home, login, 'another password')).code, 4)
    assert.equal((await bailiwick(home, login, password)).code, 0)
    assert.equal((await bailiwick(home, ['export', '--plane', 'ops'])).code, 0)
    const denied = await bailiwick(home, ['cred', 'set', 'bank-key', '--from-stdin'], 'hunter2!')
    assert.equal(denied.code, 5)
    assert.match(denied.stderr, /secrets\.write/)
    assert.equal(`${denied.stdout}${denied.stderr}`.includes('hunter2'), false)
    assert.equal((await bailiwick(home, ['export', '--plane', 'fin'])).code, 6)
    assert.equal((await bailiwick(home, ['token', 'planner'])).code, 2)
    assert.equal((await bailiwick(home, ['setup-code'])).code, 2)
  })

  test('sends no password and no token in the clear to another machine', async (t) => {
    const home = await makeFolder(t)
    const { code, stderr } = await runHere(
      ['login', '--name', 'bob', '--password-stdin', '--url', 'http://gateway.example:4680'],
      { env: { HOME: home }, input: password },
    )
    assert.equal(code, 2)
    assert.match(stderr, /in the clear/)
  })
})
