import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startGateway } from '../peers/gateway.ts'
import { send } from './world.ts'

test('A first start without a terminal leaves its setup code in a file alone, and it works once', async () => {
  const gateway = await startGateway({})
  try {
    const file = join(gateway.data, 'setup-code')
    assert.equal((await stat(file)).mode & 0o777, 0o600)
    const code = (await readFile(file, 'utf8')).trim()
    assert.equal(gateway.output().includes(code), false)
    assert.equal(gateway.output().includes(code.replace('-', '')), false)

    const { code: exit, stdout } = await gateway.cli(['setup-code'])
    assert.equal(exit, 0)
    const fresh = stdout.trim()
    const setUp = (written: string) =>
      send(new URL(`${gateway.origin}/api/v1/setup`), 'POST', {
        body: { code: written, name: 'ayse', password: 'correct horse battery' },
      })
    const old = await setUp(code)
    assert.equal(old.status, 403, 'the newer code takes the place of the older')
    assert.match(old.text, /"fix":"bailiwick setup-code"/)
    assert.equal((await setUp(fresh)).status, 201)
    assert.equal((await setUp(fresh)).status, 404)
    await assert.rejects(stat(file), /ENOENT/)

    const again = await gateway.cli(['setup-code'])
    assert.equal(again.code, 2)
    assert.match(again.stderr, /is set up/)
    assert.equal(gateway.output().includes(fresh), false)
  } finally {
    await gateway.stop()
  }
})

test('A second start of an installation that is set up asks for nobody', async () => {
  let gateway = await startGateway({})
  try {
    const code = (await readFile(join(gateway.data, 'setup-code'), 'utf8')).trim()
    const body = { code, name: 'ayse', password: 'correct horse battery' }
    await send(new URL(`${gateway.origin}/api/v1/setup`), 'POST', { body })
    await gateway.kill()
    gateway = await gateway.restart()
    await assert.rejects(stat(join(gateway.data, 'setup-code')), /ENOENT/)
    const asked = await send(new URL(`${gateway.origin}/api/v1/setup`), 'GET', {})
    assert.deepEqual([asked.status, asked.text], [200, '{"needed":false}'])
  } finally {
    await gateway.stop()
  }
})
