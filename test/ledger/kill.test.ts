import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkAfterKill, killAfter } from './kill.ts'

test('kill -9 at any moment loses nothing acknowledged and leaves no call open', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-kill-'))
  try {
    for (const [round, most] of [1, 300, 2500, 6000, 900].entries()) {
      await checkAfterKill(folder, await killAfter(folder, round, most))
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})
