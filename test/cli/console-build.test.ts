import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { buildConsoleBeside } from '#cli/console-build.ts'

const folder = mkdtempSync(join(tmpdir(), 'bailiwick-build-'))
after(() => rmSync(folder, { recursive: true }))

/** Not there, or only waiting for somebody to ask what became of it. */
const isGone = (pid: number): boolean => {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}

test('a build that is cut off ends with all that it has started and waits for', {
  skip: process.platform !== 'linux',
}, async () => {
  const told = join(folder, 'pid')
  const builder = join(folder, 'builder.mjs')
  const work = `require('node:fs').writeFileSync(${JSON.stringify(told)}, String(process.pid)); setInterval(() => {}, 1e6)`
  writeFileSync(
    builder,
    `import { spawnSync } from 'node:child_process'
     spawnSync(process.execPath, ['-e', ${JSON.stringify(work)}])`,
  )
  const begun = new Promise<number>((resolve) => {
    const watching = watch(folder, () => {
      const pid = Number(readOr(told))
      if (pid > 0) {
        watching.close()
        resolve(pid)
      }
    })
  })
  const problems: string[] = []
  const end = buildConsoleBeside((problem) => problems.push(problem), builder)
  const pid = await begun
  end()
  for (let looks = 0; looks < 1000 && !isGone(pid); looks++)
    await new Promise((done) => setTimeout(done, 10))
  assert.ok(isGone(pid), 'what the builder waits for is still there')
  assert.deepEqual(problems, [], 'that it was cut off is no failure')
})

const readOr = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
