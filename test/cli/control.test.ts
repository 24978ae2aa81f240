import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { operations } from '#edge/control/operations.ts'
import { localActor, serveControl } from '#edge/control/serve.ts'
import { findSocket } from '#edge/control/socket.ts'
import type { Log } from '#lib/log.ts'
import { openInstallation } from '../../src/compose.ts'
import { makeFolder, runHere } from './world.ts'

const documents = `
apiVersion: bailiwick/v1
kind: Plane
name: ops
---
apiVersion: bailiwick/v1
kind: Consumer
plane: ops
name: office
---
apiVersion: bailiwick/v1
kind: Agent
plane: ops
name: planner
owner: alice
consumers: [office]
---
apiVersion: bailiwick/v1
kind: Credential
plane: ops
name: bank-key
owner: alice
`

/** A real installation on a folder, behind its control socket, in this process. */
const open = async (t: TestContext, folder?: string) => {
  const data = folder ?? (await makeFolder(t))
  const { installation, close } = await openInstallation({ data })
  t.after(close)
  const logged: string[] = []
  const write = (event: string, fields: unknown) =>
    void logged.push(`${event} ${JSON.stringify(fields)}`)
  const log: Log = { info: write, warn: write, error: write }
  let stops = 0
  const served = await serveControl({
    installation,
    stop: () => void stops++,
    log,
  })
  t.after(() => served.close())
  return { data, installation, path: served.path, close: served.close, logged, stops: () => stops }
}

const post = (
  socketPath: string,
  path: string,
  body: string | Buffer,
  method = 'POST',
): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, method }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      )
    })
    sent.once('error', reject)
    sent.end(body)
  })

const apply = (path: string) =>
  post(
    path,
    '/v1/apply',
    JSON.stringify({
      files: [{ name: 'x.yaml', text: documents }],
      set: 'test',
      prune: false,
      dryRun: false,
    }),
  )

describe('The control socket', () => {
  test('is for its owner alone, under any umask', async (t) => {
    const before = process.umask(0)
    t.after(() => process.umask(before))
    const { path } = await open(t)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.equal(process.umask(), 0, 'the umask of the process was left changed')
  })

  test('is gone after a stop, and whoever asks then hears that nothing runs', async (t) => {
    const { path, close, data } = await open(t)
    await close()
    assert.equal(existsSync(path), false)
    const { code, stderr } = await runHere(['token', 'planner', '--data', data])
    assert.equal(code, 8)
    assert.match(stderr, /Nothing serves/)
  })

  test('that a killed process left behind is neither believed nor in the way', async (t) => {
    const data = await makeFolder(t)
    const stale = createServer()
    const path = join(data, 'control.sock')
    await new Promise<void>((resolve) => stale.listen(path, resolve))
    // A socket file without its process: closing removes the file, so a plain one stands for it.
    await new Promise((resolve) => stale.close(resolve))
    await writeFile(path, '')
    const { path: served } = await open(t, data)
    assert.equal(served, path)
    assert.equal((await post(path, '/v1/status', '{}')).status, 200)
  })

  test('lies elsewhere, in a folder of its own, where the path would be too long', async (t) => {
    const long = join(await makeFolder(t), 'x'.repeat(120))
    await mkdir(long)
    const { path, close } = await open(t, long)
    assert.equal(path, findSocket(long))
    assert.ok(Buffer.byteLength(path) < 100)
    assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700)
    assert.equal(statSync(join(long, 'control')).mode & 0o777, 0o600)
    assert.equal((await apply(path)).status, 200)
    const { stdout } = await runHere(['agent', 'list', '--json', 'agent', '--data', long])
    assert.deepEqual(JSON.parse(stdout), [{ agent: 'planner' }])
    await close()
    assert.equal(existsSync(join(path, '..')), false)
    assert.equal(existsSync(join(long, 'control')), false)
  })

  test('says who acted: the user of this process', async (t) => {
    const { path, installation } = await open(t)
    assert.equal((await apply(path)).status, 200)
    assert.match(localActor(), /^local:./)
    assert.equal(installation.change.current().revision, 1)
  })

  test('stops what serves, once, after it has answered', async (t) => {
    const { path, stops } = await open(t)
    const answers = await Promise.all([post(path, '/v1/stop', '{}'), post(path, '/v1/stop', '{}')])
    for (const { body } of answers)
      assert.deepEqual(JSON.parse(body), { answer: { pid: process.pid } })
    assert.equal(stops(), 1)
  })
})

describe('A request to the control socket is refused, and changes nothing:', () => {
  const rows: [string, string, string | Buffer, number, string][] = [
    ['no such operation', '/v1/destroy', '{}', 404, 'not_found'],
    ['the name of a member that every object has', '/v1/constructor', '{}', 404, 'not_found'],
    ['another path', '/', '{}', 404, 'not_found'],
    ['no JSON', '/v1/status', '{', 400, 'bad_json'],
    ['no object', '/v1/status', '7', 400, 'usage'],
    ['a key that is none', '/v1/status', '{"hunter2":"ops"}', 400, 'usage'],
    ['a missing key', '/v1/why', '{}', 400, 'usage'],
    ['a wrong type', '/v1/calls', '{"most":"all"}', 400, 'usage'],
    ['too many', '/v1/calls', '{"most":100000}', 400, 'usage'],
    ['a plane that is none', '/v1/status', '{"plane":"x"}', 404, 'unknown_name'],
    [
      'a secret that is not Base64',
      '/v1/credSet',
      '{"credential":"bank-key","secret":"hunter2!"}',
      400,
      'usage',
    ],
    [
      'a body without end',
      '/v1/apply',
      Buffer.alloc(33 * 1024 * 1024, 0x20),
      413,
      'body_too_large',
    ],
  ]
  for (const [what, path, body, status, code] of rows)
    test(what, async (t) => {
      const world = await open(t)
      const answer = await post(world.path, path, body)
      assert.equal(answer.status, status, answer.body)
      const { error } = JSON.parse(answer.body)
      assert.equal(error.code, code)
      assert.equal(answer.body.includes('hunter2'), false)
      assert.equal(world.installation.change.current().revision, 0)
    })

  test('another HTTP method', async (t) => {
    const { path } = await open(t)
    assert.equal((await post(path, '/v1/stop', '', 'GET')).status, 405)
  })

  test('a token, where the folder is only opened', async (t) => {
    const data = await makeFolder(t)
    const first = await openInstallation({ data })
    await first.close()
    const { code } = await runHere(['token', 'planner', '--data', data])
    assert.equal(code, 8)
  })
})

describe('A secret given to the control socket', () => {
  const secret = 'Zm9vYmFy-hunter2'
  const set = (path: string, credential: string, value: string) =>
    post(
      path,
      '/v1/credSet',
      JSON.stringify({ credential, secret: Buffer.from(value).toString('base64') }),
    )

  test('is stored, counted up, and in no answer, list, export or log', async (t) => {
    const { path, installation, logged } = await open(t)
    await apply(path)
    const answers = [await set(path, 'bank-key', secret), await set(path, 'bank-key', secret)]
    assert.deepEqual(JSON.parse(answers[1]?.body ?? ''), {
      answer: { plane: 'ops', credential: 'bank-key', version: 2 },
    })
    for (const operation of Object.keys(operations).filter((name) => name !== 'stop'))
      answers.push(await post(path, `/v1/${operation}`, '{}'))
    const seen = `${answers.map(({ body }) => body).join('')}${logged.join('')}${installation.change.exportDocuments()}`
    assert.equal(seen.includes(secret), false)
    assert.equal(seen.includes(Buffer.from(secret).toString('base64')), false)
  })

  test('for a credential that nobody declared is refused without being repeated', async (t) => {
    const { path } = await open(t)
    await apply(path)
    const answer = await set(path, 'other', secret)
    assert.equal(answer.status, 404)
    assert.equal(answer.body.includes('hunter2'), false)
  })

  test('that is empty or too long is refused', async (t) => {
    const { path } = await open(t)
    await apply(path)
    assert.equal((await set(path, 'bank-key', '')).status, 400)
    assert.equal((await set(path, 'bank-key', 'x'.repeat(70_000))).status, 400)
  })
})
