import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const PARENT = fileURLToPath(new URL('./parent.ts', import.meta.url))
const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))

interface Family {
  readonly parent: ChildProcess
  readonly child: number
  readonly grandchild: number
  /** Resolves once the parent has done what it had begun. */
  turn(): Promise<void>
}

async function startFamily(): Promise<Family> {
  const parent = spawn(process.execPath, [PARENT, CHILD], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: parent.stdout })
  const [line] = (await once(lines, 'line')) as [string]
  const turn = async () => {
    const answered = once(lines, 'line')
    parent.stdin.write('?')
    await answered
  }
  return { parent, turn, ...(JSON.parse(line) as Pick<Family, 'child' | 'grandchild'>) }
}

/** Not there, or only waiting for somebody to ask what became of it. */
async function isGone(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat === '' || stat.slice(stat.lastIndexOf(')')).startsWith(') Z')
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < 1000; looks++) {
    if (await isSo()) return
    await new Promise((done) => setTimeout(done, 10))
  }
  assert.fail('it did not come about')
}

/** The parent's own children, by what they run. */
async function childOf(parent: number, program: RegExp): Promise<number> {
  for (const pid of (await readdir('/proc')).map(Number).filter((one) => one > 0)) {
    const [stat, command] = await Promise.all(
      ['stat', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
    )
    const [, parentOf] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
    if (Number(parentOf) === parent && program.test(command ?? '')) return pid
  }
  return assert.fail(`no ${program} under ${parent}`)
}

describe('no child outlives its gateway', { skip: process.platform !== 'linux' }, () => {
  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGSEGV'] as const) {
    test(`which is ended by ${signal}: not one that ignores the end of its input, nor what that has started`, async () => {
      const { parent, child, grandchild } = await startFamily()
      const guardian = await childOf(parent.pid ?? 0, /guardian/)
      assert.ok(!(await isGone(child)) && !(await isGone(grandchild)))
      parent.kill(signal)
      for (const pid of [child, grandchild, guardian]) await until(() => isGone(pid))
    })
  }

  test('whose guardian was killed first: the kernel ends the child all the same', {
    skip: !existsSync('/usr/bin/setpriv'),
  }, async () => {
    const { parent, child, grandchild } = await startFamily()
    process.kill(await childOf(parent.pid ?? 0, /guardian/), 'SIGKILL')
    parent.kill('SIGKILL')
    await until(() => isGone(child))
    process.kill(grandchild, 'SIGKILL')
  })

  test('a guardian that was killed comes back and knows its children', async () => {
    const { parent, child, grandchild, turn } = await startFamily()
    const first = await childOf(parent.pid ?? 0, /guardian/)
    process.kill(first, 'SIGKILL')
    await until(async () => {
      const now = await childOf(parent.pid ?? 0, /guardian/).catch(() => first)
      return now !== first
    })
    const second = await childOf(parent.pid ?? 0, /guardian/)
    // In the turn in which it starts the new one the parent also writes to it who they are.
    await turn()
    parent.kill('SIGKILL')
    for (const pid of [child, grandchild, second]) await until(() => isGone(pid))
  })

  test('the guardian is given nothing of our environment', async () => {
    const { parent } = await startFamily()
    const guardian = await childOf(parent.pid ?? 0, /guardian/)
    assert.equal(await readFile(`/proc/${guardian}/environ`, 'utf8'), '')
    parent.kill('SIGKILL')
    await until(() => isGone(guardian))
  })
})
