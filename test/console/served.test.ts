import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createListener } from '#edge/listen.ts'
import { createBuilt } from '#edge/ops/built.ts'
import { createConsole } from '#edge/ops/console.ts'
import { silentLog } from '#lib/log.ts'
import { type Answer, send } from '../manager/world.ts'

describe('The console as it is served', () => {
  const home = mkdtempSync(join(tmpdir(), 'bailiwick-console-'))
  const link = join(home, 'dist')
  let now = 0
  let isSettingUp = true
  const edges = new Map(
    Object.entries(
      createConsole({
        built: createBuilt(link, () => now),
        isSettingUp: async () => isSettingUp,
        back: async (_, response) => void response.end('back'),
      }),
    ),
  )
  const hosts = new Set<string>()
  const listener = createListener({
    edges,
    tls: undefined,
    trusted: undefined,
    allowedHosts: () => hosts,
    log: silentLog,
  })
  let origin = ''
  const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> => {
    const url = new URL(origin)
    Object.defineProperty(url, 'pathname', { value: path })
    return send(url, 'GET', { headers })
  }
  const build = (name: string, script: string): void => {
    mkdirSync(join(home, name, 'assets'), { recursive: true })
    writeFileSync(join(home, name, 'index.html'), `<!doctype html><title>${name}</title>`)
    writeFileSync(join(home, name, 'assets', `${name}.js`), script)
    writeFileSync(join(home, name, 'theme.js'), 'theme')
    writeFileSync(join(home, name, 'notes.txt'), 'not of the console')
    symlinkSync(name, `${link}.new`)
    renameSync(`${link}.new`, link)
    now += 5000
  }
  before(async () => {
    writeFileSync(join(home, 'secret.js'), 'secret')
    const port = await listener.listen('127.0.0.1', 0)
    origin = `http://127.0.0.1:${port}`
    hosts.add(`127.0.0.1:${port}`)
  })
  after(async () => {
    await listener.close()
    rmSync(home, { recursive: true, force: true })
  })

  test('says, before there is one, that it is being built, and looks again by itself without a script', async () => {
    const { status, text, headers } = await get('/m/ledger')
    assert.equal(status, 503)
    assert.match(text, /being built/)
    assert.match(text, /http-equiv="refresh"/)
    assert.match(String(headers['content-security-policy']), /^default-src 'none'/)
  })

  test('is one document at each of its addresses, asked for anew each time, under a strict policy', async () => {
    build('first', 'one'.repeat(1000))
    for (const path of ['/m', '/m/ledger', '/m/calls/cal_01', '/p', '/p/access', '/setup']) {
      const { status, text, headers } = await get(path)
      assert.deepEqual(
        [status, /first/.test(text), headers['cache-control']],
        [200, true, 'no-cache'],
      )
      const policy = String(headers['content-security-policy'])
      assert.match(policy, /default-src 'self'.*script-src 'self'.*frame-ancestors 'none'/)
      assert.doesNotMatch(policy, /unsafe/)
      assert.equal(headers['x-content-type-options'], 'nosniff')
    }
    const etag = String((await get('/m')).headers.etag)
    assert.equal((await get('/m', { 'if-none-match': etag })).status, 304)
  })

  test('keeps what carries its hash for ever, and packs it for who takes that', async () => {
    const { headers, text } = await get('/m/assets/first.js', {
      'accept-encoding': 'br, gzip;q=0.5',
    })
    assert.match(String(headers['cache-control']), /immutable/)
    assert.equal(headers['content-encoding'], 'gzip')
    assert.ok(text.length < 1000)
    const plain = await get('/m/assets/first.js', { 'accept-encoding': 'gzip;q=0' })
    assert.equal(plain.headers['content-encoding'], undefined)
  })

  test('attack: paths out of the build, however they are spelled, reach no file', async () => {
    for (const path of [
      ...['/m/assets/../../secret.js', '/m/assets/%2e%2e/%2e%2e/secret.js', '/m/../secret.js'],
      ...['/m/assets/..%2f..%2fsecret.js', '/m/assets//first.js', '/m/assets/first.js%00'],
      ...['/m/assets/..\\..\\secret.js', '/m/secret.js', '/m/notes.txt', '/m/index.html'],
      ...['/m/assets/unknown.js', '/m/assets', '/assets/first.js', '/m/mcp'],
    ]) {
      const { status, text } = await get(path)
      assert.ok(status === 404 || status === 400, `${path} is ${status}`)
      assert.doesNotMatch(text, /secret|not of the console/)
    }
  })

  test('a page that was open goes on finding its files after a new build', async () => {
    build('second', 'two')
    assert.match((await get('/m')).text, /second/)
    assert.equal((await get('/m/assets/first.js')).status, 200)
    assert.equal((await get('/m/assets/second.js')).status, 200)
  })

  test('the root leads to it, setup is 404 once it is over, and nothing is written to it', async () => {
    const { status, headers } = await get('/')
    assert.deepEqual([status, headers.location], [307, '/m'])
    isSettingUp = false
    assert.equal((await get('/setup')).status, 404)
    assert.equal((await send(new URL(`${origin}/m`), 'POST', { body: {} })).status, 405)
  })
})
