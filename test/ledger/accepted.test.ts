// Runs on both stores.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { documents, plane } from '../gateway/plane.ts'
import { startGateway } from '../peers/gateway.ts'
import { pathOf, runProgram } from '../peers/program.ts'

test('a ledger that was cut off is named by verify, and one that was accepted is exported and holds', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bailiwick-accepted-'))
  const at = (name: string) => join(folder, name)
  let gateway = await startGateway({ documents: documents(plane()) })
  const offline = (...args: string[]) =>
    runProgram([pathOf('src/main.ts'), '--data', at('none'), ...args])
  try {
    for (const name of ['one', 'two']) {
      const document = `apiVersion: bailiwick/v1\nkind: Consumer\nplane: ops\nname: ${name}\n`
      await writeFile(at('more.yaml'), document)
      const applied = await gateway.cli(['apply', '-f', at('more.yaml'), '--set', name])
      assert.equal(applied.code, 0, applied.stderr)
    }
    // A stop signs up to the last entry.
    assert.equal((await gateway.cli(['stop'])).code, 0)
    await gateway.ended
    const kept = at('kept.checkpoint')
    await writeFile(kept, await readFile(join(gateway.data, 'published', 'ops.checkpoint')))
    const { entries } = await gateway.ledger('ops')
    const last = entries.length - 1
    // The last entry goes, and the tree with it, as if neither had been.
    await gateway.tamper({
      plane: 'ops',
      file: (db) =>
        db.exec(`delete from entry where position > ${last};
          delete from checkpoint where size > ${last};
          update tile set hashes = substr(hashes, 1, ${last * 32}); update tree set size = ${last}`),
      tables: `delete from ledger_entry where plane = 'ops' and id in
          (select id from ledger_position where plane = 'ops' and position > ${last});
        delete from ledger_position where plane = 'ops' and position > ${last};
        delete from ledger_checkpoint where plane = 'ops' and size > ${last};
        update ledger_tile set hashes = substring(hashes from 1 for ${last * 32}) where plane = 'ops';
        update ledger_tree set size = ${last} where plane = 'ops';
        update ledger_head set size = ${last} where plane = 'ops'`,
    })
    gateway = await gateway.restart()
    const named = await gateway.cli(['verify', 'ops', '--checkpoint', kept])
    assert.equal(named.code, 3, named.stdout)
    assert.match(named.stdout, /smaller than published/)
    assert.match(named.stdout, /the kept checkpoint: the ledger (was cut off|is an older copy)/)
    const accepted = await gateway.cli(['ledger', 'accept', 'ops', '--reason', 'a test', '--yes'])
    assert.equal(accepted.code, 0, accepted.stderr)
    const whole = await gateway.cli(['verify', 'ops'])
    assert.equal(whole.code, 0, whole.stdout)
    const made = await gateway.cli(['ledger', 'export', 'ops', '-o', at('evidence')])
    assert.equal(made.code, 0, made.stderr)
    const judged = await offline('verify', at('evidence'))
    assert.equal(judged.code, 0, judged.stdout)
    assert.match(judged.stdout, /\/ops\/2/)
    const bodies = await readFile(at('evidence/entries.jsonl'), 'utf8')
    assert.match(bodies, /"type":"ledger.broken"/)
    // Whoever kept a checkpoint of before is told: it is of another log.
    assert.equal((await offline('verify', at('evidence'), '--checkpoint', kept)).code, 3)
  } finally {
    await gateway.stop()
    await rm(folder, { recursive: true })
  }
})
