import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { keep } from '#cli/kept.ts'
import { type CallId, clientId } from '#domain/name.ts'
import { startWorld, type World } from '../manager/world.ts'
import { callAt, intentOf, ops, outcomeOf } from '../store/entries.ts'
import { runHere } from './world.ts'

// What proves a ledger, from a terminal elsewhere: whoever is signed in gets what his roles give him.

const client = clientId('clerk', 'office')
const subject = `client:${client}` as const
const binding = (name: string, role: string) => ({
  ...{ kind: 'RoleBinding', plane: 'ops', name, role, people: [name] },
})

describe('A ledger, from a terminal elsewhere', () => {
  let world: World
  let folder: string
  let made = 0
  const at = (name: string) => join(folder, name)

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bailiwick-elsewhere-'))
    world = await startWorld()
    await world.apply([
      { kind: 'Plane', name: 'ops' },
      { kind: 'Consumer', plane: 'ops', name: 'office' },
      { kind: 'Agent', plane: 'ops', name: 'clerk', owner: 'team', consumers: ['office'] },
      ...[binding('audrey', 'auditor'), binding('sid', 'soc'), binding('dana', 'developer')],
    ])
    for (const name of ['audrey', 'sid', 'dana', 'root'])
      signedIn(name, await world.signIn(name, { administrator: name === 'root' }))
    for (let n = 0; n < 3; n++) await call()
    await world.started.installation.trees.plane(ops).keep()
  })
  after(async () => {
    await world.stop()
    await rm(folder, { recursive: true })
  })

  /** With arguments and a result, both recorded. */
  const call = async (): Promise<CallId> => {
    const now = Date.now()
    const id = callAt(++made, now)
    const about = { at: now, agent: 'clerk', consumer: 'office', client, server: 'mail' }
    const ledger = world.started.installation.ledger.plane(ops)
    await ledger.intend(intentOf(id, about), Buffer.from(`{"n":${made}}`))
    const bytes = Buffer.from('{"found":2}')
    await ledger.conclude(outcomeOf(id, { at: now }), { subject, at: now, bytes })
    return id
  }
  const homeOf = (name: string) => ({ env: { HOME: at(name) } })
  const signedIn = (name: string, token: string, origin = world.origin) =>
    keep({ ...homeOf(name), now: () => 0 } as never, origin, { person: name, token, endsAt: 9e15 })
  const as = (name: string, ...words: string[]) =>
    runHere(['--url', world.origin, ...words], homeOf(name))
  const offline = (...words: string[]) => runHere(words, { env: {} })
  const exported = async () => {
    const { store } = world.started.installation as never as {
      store: import('#store/store.ts').Store
    }
    const all = await store.plane(ops).ledger.read(1, 10_000, { types: ['ledger.exported'] })
    return all.flatMap(({ entry }) => (entry.type === 'ledger.exported' ? [entry] : []))
  }

  test('is exported by its auditor, verifies here, and the ledger says so', async () => {
    const done = await as('audrey', 'ledger', 'export', 'ops', '-o', at('evidence'), '--payloads')
    assert.equal(done.code, 0, done.stderr)
    const key = (await as('audrey', 'ledger', 'keys', 'ops')).stdout.trim()
    const judged = await offline('verify', at('evidence'), '--key', key)
    assert.equal(judged.code, 0, judged.stdout)
    const last = (await exported()).at(-1)
    assert.deepEqual([last?.by, last?.with], ['person:audrey', ['payloads']])
    assert.equal(existsSync(at('evidence.partial')), false)
  })

  test('goes out with arguments in the clear for whoever may read them, and one changed byte is named', async () => {
    const words = ['ledger', 'export', 'ops', '-o', at('clear'), '--disclose']
    const done = await as('sid', ...words)
    assert.equal(done.code, 0, done.stderr)
    const lines = (await readFile(at('clear/disclosed.jsonl'), 'utf8')).trim().split('\n')
    const texts = lines.map((line) => Buffer.from(JSON.parse(line).plain, 'base64').toString())
    assert.deepEqual(texts.slice(0, 2), ['{"n":1}', '{"found":2}'])
    assert.equal(texts.length, 6)
    assert.match(await readFile(at('clear/README.txt'), 'utf8'), /holds 6 arguments and .* None/)
    assert.equal((await offline('verify', at('clear'))).code, 0)
    assert.deepEqual((await exported()).at(-1)?.with, ['arguments'])
    const first = JSON.parse(lines[0] ?? '')
    const changed = { ...first, plain: Buffer.from('{"n":7}').toString('base64') }
    const text = [JSON.stringify(changed), ...lines.slice(1)].map((line) => `${line}\n`)
    await writeFile(at('clear/disclosed.jsonl'), text.join(''))
    const judged = await offline('verify', at('clear'))
    assert.equal(judged.code, 3)
    assert.match(
      judged.stdout,
      new RegExp(
        `disclosed.jsonl line 1 \\(entry ${first.position}\\): its entry commits to another`,
      ),
    )
  })

  test('is not given in the clear without that right, nor at all to whoever may not read it: nothing is written', async () => {
    const before = (await exported()).length
    for (const [name, ...more] of [['audrey', '--disclose'], ['root', '--disclose'], ['dana']]) {
      const words = ['ledger', 'export', 'ops', '-o', at('none'), ...more]
      const refused = await as(name ?? '', ...words)
      assert.equal(refused.code, 5, refused.stderr)
      assert.match(refused.stderr, /gives "(arguments|calls).read"|arguments.read/)
    }
    assert.equal((await readdir(folder)).filter((name) => name.startsWith('none')).length, 0)
    assert.equal((await exported()).length, before)
  })

  test('says which texts were erased, and leaves them out', async () => {
    const { vault } = world.started.installation
    const about = { by: 'local:test', why: 'request 4711' }
    await vault.plane(ops).payloads.erase(subject, undefined, about as never, () => {})
    const done = await as('sid', 'ledger', 'export', 'ops', '-o', at('erased'), '--disclose')
    assert.equal(done.code, 0, done.stderr)
    assert.equal(await readFile(at('erased/disclosed.jsonl'), 'utf8'), '')
    const told = await readFile(at('erased/README.txt'), 'utf8')
    assert.match(told, /holds 0 arguments .*\n\n {4}6 were erased: their keys are destroyed\n/)
    assert.equal((await offline('verify', at('erased'))).code, 0)
  })

  test('has single entries proved, its key changed and its index made anew, by whom that is for', async () => {
    const key = (await as('audrey', 'ledger', 'keys', 'ops')).stdout.trim()
    const proof = await as('audrey', 'ledger', 'prove', 'ops', '2')
    assert.equal(proof.code, 0, proof.stderr)
    await writeFile(at('two.tlog-proof'), proof.stdout)
    assert.equal((await offline('verify', at('two.tlog-proof'), '--key', key)).code, 0)
    for (const words of [
      ['ledger', 'keyroll', 'ops'],
      ['ledger', 'accept', 'ops', '--reason', 'x', '--yes'],
      ['ledger', 'reindex', 'ops'],
    ])
      assert.equal((await as('audrey', ...words)).code, 5, words.join(' '))
    const rolled = await as('root', 'ledger', 'keyroll', 'ops')
    assert.equal(rolled.code, 0, rolled.stderr)
    const indexed = await as('root', 'ledger', 'reindex', 'ops')
    assert.match(indexed.stdout, /The index of ops is made of \d+ entries/, indexed.stderr)
    // A ledger with which all is well is not given up.
    const accepted = await as('root', 'ledger', 'accept', 'ops', '--reason', 'x', '--yes')
    assert.notEqual(accepted.code, 0)
    await as('audrey', 'ledger', 'export', 'ops', '-o', at('rolled'))
    assert.equal((await offline('verify', at('rolled'), '--key', key)).code, 0)
  })

  describe('whose gateway', () => {
    const piece = (file: string, text: string) =>
      JSON.stringify({ file, bytes: Buffer.from(text).toString('base64') })
    /** A gateway that answers an export so, and goes. */
    const exportFrom = async (lines: string[], name: string) => {
      const server = createServer((_, response) => {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' })
        response.write(lines.map((line) => `${line}\n`).join(''), () => response.destroy())
      }).listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      signedIn('audrey', 'x', origin)
      const words = ['--url', origin, 'ledger', 'export', 'ops', '-o', at(name)]
      try {
        return await runHere(words, homeOf('audrey'))
      } finally {
        server.close()
      }
    }

    test('names a file that no bundle has gets nothing written', async () => {
      for (const name of ['../outside', 'x/../../y', '/outside', 'notes.txt', '.profile', '']) {
        const done = await exportFrom([piece(name, 'x'), '{"end":true}'], 'hostile')
        assert.notEqual(done.code, 0, name)
      }
      assert.notEqual((await exportFrom(['no JSON', '{"end":true}'], 'hostile')).code, 0)
      assert.deepEqual(
        (await readdir(folder)).filter((name) => /hostile|outside/.test(name)),
        [],
      )
    })

    test('goes in the middle leaves no bundle behind', async () => {
      const done = await exportFrom([piece('entries.jsonl', '{}\n')], 'cut')
      assert.equal(done.code, 8, done.stderr)
      assert.deepEqual(
        (await readdir(folder)).filter((name) => name.startsWith('cut')),
        [],
      )
    })
  })

  test('of which an export was killed is no bundle by any name, and the next one replaces it', async () => {
    await mkdir(at('killed.partial'))
    await writeFile(at('killed.partial/entries.jsonl'), '{}\n')
    const judged = await offline('verify', at('killed.partial'))
    assert.equal(judged.code, 3)
    assert.match(judged.stdout, /manifest.json: it is missing: the bundle was not made to its end/)
    const done = await as('audrey', 'ledger', 'export', 'ops', '-o', at('killed'))
    assert.equal(done.code, 0, done.stderr)
    assert.equal(existsSync(at('killed.partial')), false)
    assert.equal((await offline('verify', at('killed'))).code, 0)
    await mkdir(at('other.partial'))
    await writeFile(at('other.partial/mine.txt'), 'x')
    const refused = await as('audrey', 'ledger', 'export', 'ops', '-o', at('other'))
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, /holds mine.txt, which no export has made/)
  })
})
