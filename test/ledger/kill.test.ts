import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkAfterKill, killAfter } from './kill.ts'

test('kill -9 at any moment, ten times in a row, loses nothing acknowledged and leaves no call open', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-kill-'))
  try {
    for (const [round, most] of [1, 300, 2500, 6000, 900, 2, 40, 1700, 512, 3100].entries()) {
      const killed = await killAfter(folder, round, most)
      assert.equal(killed.code, null, 'the appender ended by itself')
      await checkAfterKill(folder, killed)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})
