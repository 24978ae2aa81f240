// Runs on both stores.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { baseEnv, pathOf, runProgram } from '../peers/program.ts'

/** The commands of README.md's block, as they stand there: what is typed is what is told. */
async function commandsOfReadme(): Promise<string[]> {
  const readme = await readFile(pathOf('README.md'), 'utf8')
  const block = readme.slice(
    readme.indexOf('<!-- first-call: begin -->'),
    readme.indexOf('<!-- first-call: end -->'),
  )
  return [...block.matchAll(/^\$ \.\/bailiwick (.+)$/gm)].map(([, command = '']) => command)
}

test('the first governed call: denied, permitted by a grant that lies with the sample, and both in the ledger', async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'bailiwick-first-'))
  const main = pathOf('src/main.ts')
  const started = performance.now()
  const program = spawn(
    process.execPath,
    [main, 'start', '--sample', '--data', data, '--listen', '127.0.0.1:0', '--json'],
    { env: baseEnv(), stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const gone = once(program, 'exit')
  try {
    await new Promise<void>((resolve) => {
      createInterface({ input: program.stdout }).on('line', (line) => {
        if (line.includes('"ready"')) resolve()
      })
    })
    t.diagnostic(`ready after ${((performance.now() - started) / 1000).toFixed(1)} s`)
    const type = async (command: string) => {
      const words = command.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', '')) ?? []
      const done = await runProgram([main, ...words, '--data', data])
      return { code: done.code, text: done.stdout + done.stderr }
    }
    const commands = await commandsOfReadme()
    assert.equal(commands.length, 4)
    const [call = '', apply = '', again = '', calls = ''] = commands
    assert.equal(again, call)

    const began = performance.now()
    let denied = await type(call)
    // A person types after the servers have come up; a script is quicker.
    for (let tries = 0; tries < 60 && !denied.text.includes('no grant'); tries++) {
      await pause(250)
      denied = await type(call)
    }
    assert.equal(denied.code, 3, denied.text)
    assert.match(denied.text, /Unknown tool: transfer_create/, 'what the agent is told')
    assert.match(denied.text, /no grant/, 'what the operator is told')
    assert.match(denied.text, /kind: Grant/, 'what would change it')

    const applied = await type(apply)
    assert.equal(applied.code, 0, applied.text)
    const permitted = await type(again)
    assert.equal(permitted.code, 0, permitted.text)
    const listed = await type(calls)
    assert.match(listed.text, /●●●●●◉ .*bank\/transfer_create/)
    assert.match(listed.text, /●■○○○◉ .*bank\/transfer_create .*denied: no grant/)
    t.diagnostic(`four commands in ${((performance.now() - began) / 1000).toFixed(1)} s`)

    // And limited: the sample lets an agent make five transfers a minute. A minute may turn between
    // two of them, and then five more pass.
    let limited = await type(call)
    for (let made = 1; made < 11 && !limited.text.includes('Limited'); made++) {
      limited = await type(call)
    }
    assert.match(limited.text, /Limited: agent "planner"/)
  } finally {
    program.kill('SIGTERM')
    await gone
    await rm(data, { recursive: true, force: true })
  }
})
