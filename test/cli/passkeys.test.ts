import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { keep } from '#cli/kept.ts'
import { startWorld } from '../manager/world.ts'
import { createAuthenticator } from '../peers/authenticator.ts'
import { makeFolder, runHere } from './world.ts'

describe('Passkeys of a person, from a terminal', () => {
  test('are listed and ended by an administrator, and by nobody else', async (t) => {
    const world = await startWorld()
    t.after(world.stop)
    const folder = await makeFolder(t)
    const { people } = world.started.installation
    const ways = ['a phone', 'a laptop', 'a key']
    await world.signIn('ayse')
    for (const label of ways) await addPasskey(label)
    for (const name of ['root', 'ayse']) {
      const token = await world.signIn(name, { administrator: name === 'root' })
      const home = { env: { HOME: join(folder, name) }, now: () => 0 } as never
      await keep(home, world.origin, { person: name, token, endsAt: 9e15 })
    }
    const as = (name: string, ...words: string[]) =>
      runHere(['--url', world.origin, ...words], { env: { HOME: join(folder, name) } })

    const listed = await as('root', 'person', 'passkeys', 'ayse')
    assert.equal(listed.code, 0, listed.stderr)
    for (const label of ways) assert.match(listed.stdout, new RegExp(`${label}.*never`))
    const elsewhere = await as('root', 'person', 'passkeys', 'ayse', '--json')
    const rows = JSON.parse(elsewhere.stdout) as { id: string; person: string; usedAt?: string }[]
    assert.deepEqual([rows.length, rows[0]?.person, rows[0]?.usedAt], [3, 'ayse', undefined])
    assert.doesNotMatch(elsewhere.stdout, /handle|publicKey|credential/)
    assert.equal((await as('ayse', 'person', 'passkeys', 'ayse')).code, 5)

    const [first, second, third] = rows.map(({ id }) => id)
    assert(first && second && third)
    const without = await as('root', 'person', 'revoke', 'ayse')
    assert.deepEqual([without.code, /--passkey/.test(without.stderr)], [2, true])
    const ended = await as('root', 'person', 'revoke', 'ayse', '--passkey', first)
    assert.match(ended.stdout, new RegExp(`${first} of ayse is taken no longer`))
    assert.equal((await as('root', 'person', 'revoke', 'ayse', '--passkey', second)).code, 0)
    assert.equal((await as('root', 'person', 'revoke', 'ayse', '--passkey', second)).code, 6)
    await people.passkeys.removePassword('ayse', 'test')
    const last = await as('root', 'person', 'revoke', 'ayse', '--passkey', third)
    assert.match(last.stderr, /It is the last thing that "ayse" can sign in with/)
    assert.equal((await people.passkeys.standing('ayse')).passkeys.length, 1)

    async function addPasskey(label: string) {
      const [challenge, handle] = ['c', 'aGFuZGxl']
      const options = { challenge, rp: { id: '127.0.0.1' }, user: { id: handle } }
      const answer = createAuthenticator(world.origin).make(options)
      const about = { person: 'ayse', by: 'person:ayse', handle, label, answer, challenge }
      assert.equal(await people.passkeys.add(about), 'added')
    }
  })
})
