// Needs from Debian: strace
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { buildConsole } from '../../tools/console.ts'
import {
  launch,
  leftovers,
  makeFolder,
  removeFolder,
  root,
  shellEnvironment,
  signalGroup,
} from '../house/checkout.ts'

// What the kernel saw while the sample started, served and stopped: no claim of ours is asked.

describe('the sample plane, watched through the kernel', () => {
  const folder = makeFolder()
  const trace = join(folder, 'trace')
  let lines: string[] = []

  before(async () => {
    // A checkout builds its console at the first start, by its own tools; what is watched is a later one.
    buildConsole()
    const strace = [
      '-f',
      '-qq',
      '--seccomp-bpf',
      '-s',
      '256',
      '-e',
      'trace=execve,connect',
      '-o',
      trace,
    ]
    const program = [process.execPath, join(root, 'src/main.ts'), 'start', '--sample', '--json']
    const options = ['--listen', '127.0.0.1:0', '--data', join(folder, 'data')]
    const started = launch('strace', [...strace, ...program, ...options], {
      cwd: folder,
      env: shellEnvironment(),
    })
    try {
      const { origin } = await started.ready
      assert.equal((await fetch(`${origin}/readyz`)).status, 200)
      signalGroup(started.child, 'SIGTERM')
      await started.ended
      assert.deepEqual(await leftovers(folder), [])
    } finally {
      signalGroup(started.child, 'SIGKILL')
    }
    lines = readFileSync(trace, 'utf8').split('\n')
  })

  after(() => removeFolder(folder))

  test('nobody is dialled beyond this machine: no address, no name server', () => {
    const dialled = lines.filter((line) => /connect\(.*sa_family=AF_INET6?/.test(line))
    const beyond = dialled.filter((line) => !/inet_addr\("127\.|"::1"|"::ffff:127\./.test(line))
    assert.deepEqual(beyond, [])
  })

  // What takes rights away from a child, and the program that it is tried with.
  const wardens = ['setpriv', 'bwrap', 'true']

  test('no program is started but Node.js and what takes rights away from it; no shell', () => {
    const started = lines.flatMap((line) => line.match(/execve\("([^"]+)".* = 0$/)?.[1] ?? [])
    const nodes = started.filter((path) => path === process.execPath)
    assert.ok(nodes.length >= 3, 'the program itself and two sample servers')
    assert.deepEqual(
      started.filter((path) => path !== process.execPath && !wardens.includes(basename(path))),
      [],
    )
  })
})
