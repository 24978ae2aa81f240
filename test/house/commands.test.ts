// Takes minutes.
import assert from 'node:assert/strict'
import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import {
  folderWithThisNode,
  freshClone,
  launch,
  leftovers,
  makeFolder,
  type Running,
  removeFolder,
  run,
  shellEnvironment,
  signalGroup,
} from './checkout.ts'

// The two commands on a fresh machine. The whole matrix of settings is in test/long/matrix.test.ts.

const start = ['start', '--', '--listen', '127.0.0.1:0', '--json']
const isHealthy = async ({ ready }: Running) =>
  (await fetch(`${(await ready).origin}/healthz`)).status === 200

describe("a fresh clone on the machine's own Node.js, with install scripts off", () => {
  const folder = makeFolder()
  const clone = freshClone(folder)
  const env = shellEnvironment({ npm_config_ignore_scripts: 'true' })
  const running: Running[] = []
  const begin = () => {
    const started = launch('npm', start, { cwd: clone, env })
    running.push(started)
    return started
  }

  after(() => {
    for (const { child } of running) signalGroup(child, 'SIGKILL')
    removeFolder(folder)
  })

  test('npm start and npm test run at once, and testing takes nothing from what is running', async () => {
    const started = begin()
    const tested = await run('npm', ['test', '--', 'src/lib/json'], { cwd: clone, env })
    assert.match(tested.stdout, /\n[1-9]\d* passed, 0 failed\n$/, tested.stderr)
    assert.equal(tested.code, 0)
    assert.equal(await isHealthy(started), true)
    const { stdout } = await run('git', ['status', '--porcelain'], { cwd: clone })
    assert.equal(stdout, '', 'a command changed files of the checkout')
  })

  test('./bailiwick reaches it from another folder, through a symbolic link', async () => {
    const link = join(folder, 'program')
    symlinkSync(join(clone, 'bailiwick'), link)
    const data = ['--data', join(clone, 'bailiwick-data')]
    const grant = join(clone, 'sample/grant.yaml')
    const applied = await run(link, ['apply', '-f', grant, ...data], { cwd: folder, env })
    assert.equal(applied.code, 0, applied.stderr)
  })

  test('SIGTERM to npm ends it and leaves no child', async () => {
    const started = running[0]
    assert.ok(started)
    started.child.kill('SIGTERM')
    await started.ended
    assert.deepEqual(await leftovers(clone), [])
  })

  test('a second npm start keeps its data', async () => {
    const started = begin()
    await started.ready
    const exported = await run('./bailiwick', ['export'], { cwd: clone, env })
    assert.match(exported.stdout, /planner-transfers/, exported.stderr)
  })

  test('Ctrl+C, which reaches npm and the program at once, ends it and leaves no child', async () => {
    const started = running[1]
    assert.ok(started)
    signalGroup(started.child, 'SIGINT')
    const { stderr } = await started.ended
    assert.doesNotMatch(stderr, /Error/)
    assert.deepEqual(await leftovers(clone), [])
  })
})

describe('a fresh clone with Node.js 24 first in PATH', () => {
  const folder = makeFolder()
  const clone = freshClone(folder)
  const path = `${folderWithThisNode(folder)}:${shellEnvironment().PATH}`
  const env = shellEnvironment({ PATH: path })

  after(() => removeFolder(folder))

  test('npm start installs what running needs, and not what testing needs', async () => {
    const started = launch('npm', start, { cwd: clone, env })
    try {
      assert.equal(await isHealthy(started), true)
      assert.equal(existsSync(join(clone, 'node_modules/zod')), true)
      assert.equal(existsSync(join(clone, 'node_modules/typescript')), false)
      started.child.kill('SIGTERM')
      await started.ended
      assert.deepEqual(await leftovers(clone), [])
    } finally {
      signalGroup(started.child, 'SIGKILL')
    }
  })
})
