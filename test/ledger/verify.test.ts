// Runs on both stores.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { callingAt } from '../gateway/calling.ts'
import {
  agent,
  bank,
  bankRunner,
  consumer,
  grant,
  plane,
  documents as written,
} from '../gateway/plane.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { pathOf, runProgram } from '../peers/program.ts'

// A whole installation, verified by the terminal: while it serves, what it exports, and what lies in its
// folder when it has stopped and somebody has been at it.

const documents = written(
  plane(),
  plane('finance'),
  consumer(),
  agent('planner'),
  bank(),
  grant('all', 'planner', [{ server: 'bank' }]),
)

describe('A ledger, verified by whoever asks', () => {
  let gateway: Gateway
  let folder: string
  const at = (name: string) => join(folder, name)

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bailiwick-verify-'))
    gateway = await startGateway({ documents, config: { runners: bankRunner() } })
    for (const name of ['one', 'two', 'three']) {
      const document = `apiVersion: bailiwick/v1\nkind: Consumer\nplane: ops\nname: ${name}\n`
      await writeFile(at('more.yaml'), document)
      const applied = await gateway.cli(['apply', '-f', at('more.yaml'), '--set', name])
      assert.equal(applied.code, 0, applied.stderr)
    }
    const url = `${gateway.origin}/mcp/ops/bank`
    const token = await gateway.token('planner', url)
    const params = { name: 'rates_today', arguments: {} }
    assert.equal((await callingAt(url).ask(token, 'tools/call', params)).status, 200)
  })
  after(async () => {
    await gateway?.stop()
    await rm(folder, { recursive: true })
  })
  const cli = (...args: string[]) => gateway.cli(args)
  const offline = (...args: string[]) =>
    runProgram([pathOf('src/main.ts'), '--data', at('none'), ...args])

  test('holds while the installation serves, each plane with the key that it prints', async () => {
    const keys = await cli('ledger', 'keys', 'ops')
    assert.match(keys.stdout, /^bailiwick\/[0-9A-Z]{26}\/ops\+[0-9a-f]{8}\+\S{44}\n$/)
    await writeFile(at('ops.key'), keys.stdout)
    const whole = await cli('verify')
    assert.equal(whole.code, 0, whole.stdout + whole.stderr)
    assert.match(whole.stdout, /ops .*\n.* 5 of 5 |ops/)
    assert.equal((await cli('verify', 'ops', '--key', at('ops.key'))).code, 0)
    const other = await cli('verify', 'finance', '--key', at('ops.key'))
    assert.equal(other.code, 3)
    assert.match(
      other.stdout,
      /the key that was given \([0-9a-f]{8}\) is not among the ledger's keys/,
    )
  })

  test('goes out as a bundle that needs nothing of the installation, and says that it went', async () => {
    const made = await cli('ledger', 'export', 'ops', '-o', at('evidence'))
    assert.equal(made.code, 0, made.stderr)
    const judged = await offline('verify', at('evidence'), '--key', at('ops.key'))
    assert.equal(judged.code, 0, judged.stdout + judged.stderr)
    const { entries } = await gateway.ledger('ops')
    const last = entries.findLast(({ type }) => type === 'ledger.exported')
    assert.equal(last?.from, 1)
    assert.match(String(last?.by), /^local:/)
    const again = await cli('ledger', 'export', 'ops', '-o', at('evidence'))
    assert.equal(again.code, 2)
    assert.match(again.stderr, /is not empty/)
    const manifest = JSON.parse(await readFile(at('evidence/manifest.json'), 'utf8'))
    const written = (await readFile(at('evidence/entries.jsonl'), 'utf8')).split('\n')
    assert.equal(written.length - 1, manifest.to)
    written[1] = (written[1] ?? '').replace('"v":1', '"v":2')
    await writeFile(at('evidence/entries.jsonl'), written.join('\n'))
    const changed = await offline('verify', at('evidence'), '--json')
    assert.equal(changed.code, 3)
    const { failures } = JSON.parse(changed.stdout)[0]
    assert.ok(
      failures.some(
        ({ where, says }: { where: string; says: string }) =>
          where === 'entry 2' && says === 'it is not what was recorded: it has another hash',
      ),
    )
  })

  test('goes out in part, by position and by time, and no part that is not there', async () => {
    const part = await cli('ledger', 'export', 'ops', '-o', at('part'), '--from', '2', '--to', '3')
    assert.equal(part.code, 0, part.stderr)
    const judged = await offline('verify', at('part'), '--json')
    assert.equal(JSON.parse(judged.stdout)[0].entries, 2)
    const none = await cli('ledger', 'export', 'ops', '-o', at('future'), '--from', '9000')
    assert.equal(none.code, 2)
    assert.match(none.stderr, /there are entries 1 to \d+, and 9000/)
    const late = await cli('ledger', 'export', 'ops', '-o', at('late'), '--until', '1h')
    assert.equal((await offline('verify', at('late'))).code, 0, late.stderr)
  })

  test('proves a single entry, and says nothing of the others', async () => {
    const { entries } = await gateway.ledger('ops')
    const proof = await cli('ledger', 'prove', 'ops', '3')
    assert.match(proof.stdout, /^c2sp.org\/tlog-proof@v1\nextra /)
    await writeFile(at('three.tlog-proof'), proof.stdout)
    const told = await offline('verify', at('three.tlog-proof'), '--key', at('ops.key'))
    assert.equal(told.code, 0, told.stderr)
    const { position, ...third } = entries[2] ?? {}
    assert.deepEqual(JSON.parse(told.stdout.trim().split('\n').at(-1) ?? ''), third)
    assert.equal(position, 3)
    await writeFile(at('four.tlog-proof'), proof.stdout.replace('index 2', 'index 3'))
    assert.equal((await offline('verify', at('four.tlog-proof'), '--key', at('ops.key'))).code, 3)
    assert.equal((await offline('verify', at('three.tlog-proof'))).code, 2)
    assert.equal((await cli('ledger', 'prove', 'ops', '9000')).code, 6)
  })

  test('goes out across a change of its key, and whoever knows the first one follows to the next', async () => {
    const rolled = await cli('ledger', 'keyroll', 'ops')
    assert.equal(rolled.code, 0, rolled.stderr)
    const made = await cli('ledger', 'export', 'ops', '-o', at('rolled'))
    assert.equal(made.code, 0, made.stderr)
    const keys = (await readFile(at('rolled/keys.jsonl'), 'utf8')).trim().split('\n')
    assert.equal(keys.length, 2)
    const judged = await offline('verify', at('rolled'), '--key', at('ops.key'))
    assert.equal(judged.code, 0, judged.stdout + judged.stderr)
    assert.equal((await cli('verify', 'ops', '--key', at('ops.key'))).code, 0)
  })

  describe('that somebody has been at', () => {
    /** Text for text in the body of an entry, on both stores. */
    const rewrite = (position: number, from: string, to: string) => {
      const change = `set body = replace(body, '${from}', '${to}')`
      return gateway.tamper({
        plane: 'ops',
        file: (db) => db.exec(`update entry ${change} where position = ${position}`),
        tables: `update ledger_entry ${change} where ${identified(position)}`,
      })
    }
    const identified = (position: number) =>
      `plane = 'ops' and id in
        (select id from ledger_position where plane = 'ops' and position = ${position})`
    /** One bit of a tile of leaf hashes, in the hash of that entry. */
    const flipTile = (position: number) => {
      const byte = (position - 1) * 32
      return gateway.tamper({
        plane: 'ops',
        file: (db) => flip(db, { of: 'tile', column: 'hashes', where: 'level = 0', byte }),
        tables: `update ledger_tile set hashes = set_byte(hashes, ${byte}, get_byte(hashes, ${byte}) # 1)
          where plane = 'ops' and level = 0 and number = 0`,
      })
    }
    const flipPayload = (position: number) =>
      gateway.tamper({
        plane: 'ops',
        file: (db) =>
          flip(db, {
            ...{ of: 'payload', column: 'sealed', byte: 40 },
            where: `position = ${position}`,
          }),
        tables: `update ledger_entry set payload = set_byte(payload, 40, get_byte(payload, 40) # 1)
          where ${identified(position)}`,
      })
    const remove = (position: number) =>
      gateway.tamper({
        plane: 'ops',
        file: (db) => db.exec(`delete from entry where position = ${position}`),
        tables: `delete from ledger_position where plane = 'ops' and position = ${position}`,
      })
    const verdict = async () => {
      const { code, stdout } = await cli('verify', 'ops', '--json')
      return { code, failures: JSON.parse(stdout)[0].failures as { where: string; says: string }[] }
    }
    const intentAt = async () => {
      const { entries } = await gateway.ledger('ops')
      return entries.find(({ type }) => type === 'call.intent')?.position ?? 0
    }

    before(async () => {
      await writeFile(at('kept'), await readFile(join(gateway.data, 'published', 'ops.checkpoint')))
      assert.equal((await cli('stop')).code, 0)
      await gateway.ended
    })

    test('holds when nobody was: nothing serves, and the folder is opened', async () => {
      const judged = await cli('verify', 'ops', '--checkpoint', at('kept'))
      assert.equal(judged.code, 0, judged.stdout + judged.stderr)
    })

    test('names the entry that was changed, spelled otherwise, or is gone', async () => {
      await rewrite(2, '"by":"', '"by":"x')
      const changed = await cli('verify', 'ops')
      assert.equal(changed.code, 3)
      assert.match(changed.stdout, /entry 2: it is not what was recorded: it has another hash/)
      await rewrite(2, '"by":"x', '"by":"')
      await rewrite(2, '"v":1', '"v": 1')
      const spelled = await cli('verify', 'ops')
      assert.match(spelled.stdout, /entry 2: it is not in canonical form/)
      await rewrite(2, '"v": 1', '"v":1')
      assert.deepEqual(await verdict(), { code: 0, failures: [] })
    })

    test('names the hash that was changed in a tile, whose entry is what was signed', async () => {
      await flipTile(2)
      const { code, failures } = await verdict()
      assert.equal(code, 3)
      // What the installation says of itself, and what vouches for its second key, come first.
      assert.deepEqual(failures.at(-1), {
        where: 'tile 0/0',
        says: 'its hash 1 was changed: entry 2 is what was signed',
      })
      assert.deepEqual(
        failures.slice(0, -1).map(({ where }) => where),
        ['the ledger of ops', 'keys'],
      )
      await flipTile(2)
      assert.equal((await verdict()).code, 0)
    })

    test('names the entry beside which something encrypted was changed', async () => {
      const position = await intentAt()
      assert.ok(position > 0)
      await flipPayload(position)
      assert.deepEqual(await verdict(), {
        code: 3,
        failures: [
          {
            where: `the payload of entry ${position}`,
            says: 'its entry has another hash of it',
          },
        ],
      })
      await flipPayload(position)
      assert.equal((await verdict()).code, 0)
    })

    test('names the entry that is gone', async () => {
      await remove(3)
      assert.match((await cli('verify', 'ops')).stdout, /entry 3: it is missing/)
    })
  })
})

const flip = (
  db: DatabaseSync,
  about: { of: string; column: string; where: string; byte: number },
): void => {
  const { of, column, where, byte } = about
  const row = db.prepare(`select ${column} as bytes from ${of} where ${where}`).get()
  const bytes = Buffer.from(row?.bytes as Uint8Array)
  bytes[byte] = (bytes[byte] ?? 0) ^ 1
  db.prepare(`update ${of} set ${column} = ? where ${where}`).run(bytes)
}
