import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { systemRandom } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import { createPeople } from '#people/create-people.ts'
import type { PersonEntry } from '#people/entering.ts'
import { openStore } from '#store/open.ts'
import { createTestClock } from '../store/clock.ts'

const noon = Date.UTC(2026, 10, 22, 12)
const password = 'correct horse battery'
const halfAnHourMs = 30 * 60_000

const open = async (t: TestContext) => {
  const clock = createTestClock(noon)
  const folder = await mkdtemp(join(tmpdir(), 'bailiwick-'))
  const logged: string[] = []
  const write = (event: string, fields: unknown) =>
    void logged.push(`${event} ${JSON.stringify(fields)}`)
  const log: Log = { info: write, warn: write, error: write }
  const store = await openStore({ folder: 'memory', appendDeadlineMs: 1000, clock, log })
  const entered: PersonEntry[] = []
  const refused: string[] = []
  const enter = async (_: unknown, entry: PersonEntry) => void entered.push(entry)
  const entering = {
    enter,
    enterAfter: enter,
    refused: (reason: string) => void refused.push(reason),
  }
  const origin = 'https://gw.example'
  const parts = { store, origin, folder, clock, random: systemRandom, log, entering }
  const people = createPeople({ ...parts, planes: () => new Map() })
  t.after(async () => {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })
  const make = (name: string, administrator = false) =>
    people.put({ name, title: undefined, administrator, password, by: 'test' })
  const signIn = (name: string, about: { password?: string; address?: string } = {}) =>
    people.signIn({ name, password, label: 'a test', address: '192.0.2.1', ...about })
  return { people, clock, store, folder, logged, make, signIn, entered, refused }
}

const outcome = (answer: object): string =>
  'session' in answer ? 'signed in' : 'refused' in answer ? String(answer.refused) : 'none'

const isUsage = (detail: RegExp) => (thrown: unknown) =>
  thrown instanceof Fault && thrown.code === 'usage' && detail.test(thrown.detail ?? '')

describe('A sign-in', () => {
  test('gives a token of 256 bits that is kept nowhere, and is good for twelve hours', async (t) => {
    const { people, clock, store, make, signIn, logged } = await open(t)
    await make('ayse')
    const answer = await signIn('ayse')
    assert.ok('session' in answer)
    const { token, endsAt } = answer.session
    assert.match(token, /^bwm_[\w-]{43}$/)
    assert.equal(endsAt, noon + 12 * 3_600_000)
    assert.equal((await people.authenticate(token))?.person.name, 'ayse')
    const rows = await store.people.listTokens('ayse')
    assert.equal(JSON.stringify(rows).includes(token.slice(4)), false)
    assert.equal(logged.join('').includes(token), false)
    assert.equal(logged.join('').includes(password), false)
    clock.advance(12 * 3_600_000 - 1)
    assert.ok(await people.authenticate(token))
    clock.advance(1)
    assert.equal(await people.authenticate(token), undefined)
  })

  test('answers alike for a wrong password, no such name and an account without a password', async (t) => {
    const { people, make, signIn } = await open(t)
    await make('ayse')
    await people.put({
      name: 'bob',
      title: undefined,
      administrator: false,
      password: undefined,
      by: 'test',
    })
    const wrong = await signIn('ayse', { password: 'something else here' })
    assert.deepEqual(wrong, { refused: 'wrong' })
    for (const name of ['nobody', 'bob', '__proto__', ''])
      assert.deepEqual(await signIn(name), wrong)
    assert.deepEqual(await signIn('ayse', { password: 'x'.repeat(5000) }), wrong)
  })

  test('is limited for an address and for an account, and both come back by themselves', async (t) => {
    const { clock, make, signIn } = await open(t)
    await make('ayse')
    const guess = (address: string, name = 'ayse') =>
      signIn(name, { password: 'something else here', address })
    const outcomes = []
    for (let i = 0; i < 30; i++) outcomes.push(outcome(await guess(`198.51.100.${i}`)))
    assert.equal(outcomes.filter((one) => one === 'wrong').length, 10, 'of an account')
    assert.equal(outcome(await signIn('ayse', { address: '203.0.113.9' })), 'limited')
    clock.advance(10_000)
    assert.equal(outcome(await signIn('ayse', { address: '203.0.113.9' })), 'signed in')

    const names = []
    for (let i = 0; i < 30; i++) names.push(outcome(await guess('192.0.2.77', `name-${i}`)))
    assert.equal(names.filter((one) => one === 'wrong').length, 20, 'of an address')
  })

  test('of the owner goes on while strangers try the account for ever', async (t) => {
    const { clock, make, signIn } = await open(t)
    await make('ayse')
    assert.equal(outcome(await signIn('ayse', { address: '203.0.113.9' })), 'signed in')
    for (let hour = 0; hour < 3; hour++) {
      for (let i = 0; i < 40; i++)
        await signIn('ayse', { password: 'something else here', address: `198.51.100.${i}` })
      assert.equal(outcome(await signIn('ayse', { address: '198.51.100.200' })), 'limited')
      assert.equal(outcome(await signIn('ayse', { address: '203.0.113.9' })), 'signed in')
      clock.advance(60_000)
    }
  })

  test('from one IPv6 network counts as one address', async (t) => {
    const { signIn } = await open(t)
    const outcomes = []
    for (let i = 0; i < 25; i++)
      outcomes.push(outcome(await signIn(`n-${i}`, { address: `2001:db8:1:2::${i.toString(16)}` })))
    assert.equal(outcomes.filter((one) => one === 'wrong').length, 20)
  })
})

describe('Tokens', () => {
  test('are listed, revoked one by one, and gone with a new password or with the person', async (t) => {
    const { people, make, signIn } = await open(t)
    await make('ayse', true)
    await make('bob')
    const tokens = []
    for (let i = 0; i < 3; i++) {
      const answer = await signIn('bob')
      assert.ok('session' in answer)
      tokens.push(answer.session)
    }
    const [first, second, third] = tokens
    assert.ok(first && second && third)
    assert.equal((await people.tokens('bob')).length, 3)
    await people.revoke('bob', first.id, 'person:bob')
    assert.equal(await people.authenticate(first.token), undefined)
    await assert.rejects(people.revoke('ayse', second.id, 'test'), /nothing of that name/)
    const changed = await people.changePassword({
      name: 'bob',
      old: password,
      fresh: 'another horse battery',
      address: '192.0.2.1',
      keep: third.id,
    })
    assert.equal(changed, 'changed')
    assert.equal(await people.authenticate(second.token), undefined)
    assert.ok(await people.authenticate(third.token))
    await make('bob')
    assert.equal(await people.authenticate(third.token), undefined)
    const last = await signIn('bob')
    assert.ok('session' in last)
    await people.remove('bob', 'test')
    assert.equal(await people.authenticate(last.session.token), undefined)
  })

  test('that nobody made are found nowhere', async (t) => {
    const { people } = await open(t)
    for (const token of ['', 'bwm_', `bwm_${'A'.repeat(43)}`, `bwm_${'A'.repeat(44)}`, "' or 1=1"])
      assert.equal(await people.authenticate(token), undefined)
  })
})

describe('An account', () => {
  test('takes no password that is short, the name, or tried first', async (t) => {
    const { people } = await open(t)
    const put = (written: string) =>
      people.put({
        name: 'margaret',
        title: undefined,
        administrator: false,
        password: written,
        by: 'test',
      })
    for (const weak of [
      'short',
      'aaaaaaaaaaaaaa',
      'margaretmargaret',
      'margaret1234',
      'mypassword123',
      'bailiwick-2026',
      'x'.repeat(2000),
    ])
      await assert.rejects(put(weak), isUsage(/^The password/), weak)
    assert.equal((await people.list()).length, 0)
  })

  test('stays an administrator where it is the last one that can sign in', async (t) => {
    const { people, make } = await open(t)
    await make('ayse', true)
    await assert.rejects(people.remove('ayse', 'test'), isUsage(/No administrator/))
    await assert.rejects(make('ayse', false), isUsage(/No administrator/))
    await make('bob', true)
    await people.remove('ayse', 'test')
    assert.deepEqual(
      (await people.list()).map(({ name }) => name),
      ['bob'],
    )
  })
})

describe('The setup code', () => {
  const finish = (
    { people }: Awaited<ReturnType<typeof open>>,
    code: string,
    about: { name?: string; password?: string; address?: string } = {},
  ) =>
    people.setup.finish({
      code,
      name: 'ayse',
      password,
      label: 'a test',
      address: '192.0.2.1',
      ...about,
    })

  test('works once, in any spelling that people type, and then there is none', async (t) => {
    const world = await open(t)
    const { code } = await world.people.setup.begin()
    assert.match(code, /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
    const typed = ` ${code.toLowerCase().replace('-', '')} `
    assert.equal(outcome(await finish(world, typed)), 'signed in')
    assert.equal(outcome(await finish(world, code)), 'over')
    assert.equal(await world.people.setup.open(), false)
    assert.equal(await world.people.setup.first(), undefined)
  })

  test('that is wrong, replaced or older than 30 minutes says which of them it is', async (t) => {
    const world = await open(t)
    const old = await world.people.setup.begin()
    const { code } = await world.people.setup.begin()
    assert.equal(outcome(await finish(world, 'AAAA-AAAA')), 'wrong code')
    assert.equal(outcome(await finish(world, old.code)), 'wrong code')
    world.clock.advance(halfAnHourMs)
    assert.equal(outcome(await finish(world, code)), 'old code')
    const { code: fresh } = await world.people.setup.begin()
    assert.equal(outcome(await finish(world, fresh)), 'signed in')
  })

  test('is in a file of mode 0600 until it is used, and in no log', async (t) => {
    const world = await open(t)
    const before = process.umask(0)
    t.after(() => process.umask(before))
    const { code } = await world.people.setup.begin()
    const file = join(world.folder, 'setup-code')
    assert.equal((await stat(file)).mode & 0o777, 0o600)
    assert.equal(await readFile(file, 'utf8'), `${code}\n`)
    await finish(world, code)
    await assert.rejects(stat(file), /ENOENT/)
    assert.equal(world.logged.join('').includes(code), false)
  })

  test('cannot be guessed: after ten tries an address waits', async (t) => {
    const world = await open(t)
    await world.people.setup.begin()
    const outcomes = []
    for (let i = 0; i < 20; i++) outcomes.push(outcome(await finish(world, `AAAA-AA${10 + i}`)))
    assert.equal(outcomes.filter((one) => one === 'wrong code').length, 10)
    assert.equal(
      outcome(await finish(world, 'AAAA-AAAA', { address: '203.0.113.9' })),
      'wrong code',
    )
  })

  test('that comes twice at once makes one administrator', async (t) => {
    const world = await open(t)
    const { code } = await world.people.setup.begin()
    const both = await Promise.all([
      finish(world, code, { name: 'ayse' }),
      finish(world, code, { name: 'eve' }),
    ])
    assert.deepEqual(both.map(outcome).toSorted(), ['over', 'signed in'])
    assert.equal((await world.people.list()).length, 1)
  })

  test('with a weak password is not spent', async (t) => {
    const world = await open(t)
    const { code } = await world.people.setup.begin()
    await assert.rejects(finish(world, code, { password: 'short' }), isUsage(/^The password/))
    assert.equal(outcome(await finish(world, code)), 'signed in')
  })

  test('made to recover takes the place of an account that nobody can enter, with its tokens', async (t) => {
    const world = await open(t)
    await world.make('ayse', true)
    const before = await world.signIn('ayse')
    assert.ok('session' in before)
    const { code } = await world.people.setup.begin()
    const answer = await finish(world, code, { password: 'yet another horse' })
    assert.equal(outcome(answer), 'signed in')
    assert.equal(await world.people.authenticate(before.session.token), undefined)
    assert.equal(outcome(await world.signIn('ayse')), 'wrong')
  })
})
