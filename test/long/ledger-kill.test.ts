import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkAfterKill, killAfter } from '../ledger/kill.ts'

// Everything that stands is read again after each kill: eight ledgers of moderate size take an eighth
// of the time of one that grows through all of them.
for (let ledger = 1; ledger <= 8; ledger++)
  test(`25 kill -9 in a row, ledger ${ledger} of 8, lose nothing acknowledged and leave no call open`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bailiwick-kill-'))
    try {
      for (let round = 0; round < 25; round++) {
        const most = 1 + Math.floor(Math.random() * 4000)
        const killed = await killAfter(folder, round, most)
        assert.equal(killed.code, null, 'the appender ended by itself')
        await checkAfterKill(folder, killed)
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  })
