import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import {
  folderWithThisNode,
  freshClone,
  launch,
  leftovers,
  makeFolder,
  processesOf,
  removeFolder,
  run,
  shellEnvironment,
  signalGroup,
} from '../house/checkout.ts'

// Both commands, first time and again, on both kinds of machine, under every npm setting that could get in the way.

const start = ['start', '--', '--listen', '127.0.0.1:0', '--json']

const settings: Record<string, NodeJS.ProcessEnv> = {
  'npm as it comes': {},
  'install scripts off': { npm_config_ignore_scripts: 'true' },
  'engines strict': { npm_config_engine_strict: 'true' },
  'optional and development packages left out': { npm_config_omit: 'optional,dev' },
  'NODE_ENV=production': { NODE_ENV: 'production' },
  'no lockfile written': { npm_config_package_lock: 'false' },
  'no links to binaries': { npm_config_bin_links: 'false' },
}

for (const machine of ["the machine's own Node.js", 'Node.js 24 first in PATH'])
  describe(machine, () => {
    const folder = makeFolder()
    const clone = freshClone(folder)
    const own = shellEnvironment().PATH
    const path = machine.startsWith('the') ? own : `${folderWithThisNode(folder)}:${own}`
    const environment = (extra: NodeJS.ProcessEnv) => shellEnvironment({ PATH: path, ...extra })

    after(() => removeFolder(folder))

    const startAndStop = async (env: NodeJS.ProcessEnv) => {
      const started = launch('npm', start, { cwd: clone, env })
      try {
        const { origin } = await started.ready
        assert.equal((await fetch(`${origin}/healthz`)).status, 200)
        started.child.kill('SIGTERM')
        await started.ended
        assert.deepEqual(await leftovers(clone), [])
      } finally {
        signalGroup(started.child, 'SIGKILL')
      }
    }

    for (const [setting, extra] of Object.entries(settings))
      test(`both commands work with ${setting}`, async () => {
        const env = environment(extra)
        rmSync(join(clone, 'node_modules'), { recursive: true, force: true })
        await startAndStop(env)
        const tested = await run('npm', ['test', '--', 'src/lib/json'], { cwd: clone, env })
        assert.match(tested.stdout, /\n[1-9]\d* passed, 0 failed\n$/, tested.stderr)
        await startAndStop(env)
        const { stdout } = await run('git', ['status', '--porcelain'], { cwd: clone })
        assert.equal(stdout, '', 'a command changed files of the checkout')
      })

    test('npm start that is stopped while it installs leaves nothing running, and the next one works', async () => {
      rmSync(join(clone, 'node_modules'), { recursive: true, force: true })
      const env = environment({})
      const started = launch('npm', start, { cwd: clone, env })
      const installing = new Promise<void>((resolve) => {
        started.child.stderr?.on('data', (chunk: Buffer) => {
          if (chunk.includes('Installing')) resolve()
        })
      })
      await installing
      assert.notEqual(processesOf(clone).length, 0)
      started.child.kill('SIGTERM')
      await started.ended
      assert.deepEqual(await leftovers(clone), [])
      await startAndStop(env)
    })

    test('npm start after an installation that was killed works', async () => {
      rmSync(join(clone, 'node_modules'), { recursive: true, force: true })
      const env = environment({})
      const started = launch('npm', start, { cwd: clone, env })
      await new Promise<void>((resolve) => {
        started.child.stderr?.on('data', () => resolve())
      })
      signalGroup(started.child, 'SIGKILL')
      await started.ended
      await startAndStop(env)
    })
  })
