import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { assertNowhere, finds } from '../peers/canaries.ts'
import { startGateway } from '../peers/gateway.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { readFiles, readTables } from '../peers/stored.ts'
import { exchange, modern } from '../peers/wire.ts'
import { createCaller } from './caller.ts'
import { agent, bank, bankRunner, consumer, credential, documents, grant, plane } from './plane.ts'

const secret = 'cAnArY/s3cret+of=the~vault.7f1c'
const argument = 'cAnArY-argument-9b2e'

/** Processes that have this in the file of their /proc folder. */
function processesWith(file: 'environ' | 'cmdline', text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return finds(readFileSync(`/proc/${pid}/${file}`, 'latin1'), text)
      } catch {
        return false
      }
    })
}

test('a canary secret is only in the environment of the one child it was lent to; canary arguments lie encrypted alone', async () => {
  const gateway = await startGateway({
    documents: documents(
      plane(),
      consumer(),
      agent('planner'),
      credential('bank-key'),
      bank({ credential: { name: 'bank-key', env: 'BANK_API_KEY' } }),
      bank({ name: 'other' }),
      grant('all', 'planner', [{ server: ['bank', 'other'] }]),
    ),
    secrets: { 'bank-key': `${secret}\n` },
    config: { runners: bankRunner() },
  })
  try {
    const url = `${gateway.origin}/mcp/ops/bank`
    const caller = createCaller(url, await gateway.token('planner', url))
    const answers = [
      await caller.call('whoami', { ref: argument }),
      await caller.call('account_balance', { account: 'acc-1003', ref: argument }),
      // A refusal, a business error, a protocol error, each with the canary in it.
      await caller.call('statement', { ref: argument }),
      await caller.call('transfer_create', { ref: argument, from: 'nobody' }),
    ].map((told) => told?.text ?? '')
    assert.match(answers[0] ?? '', /keyFingerprint/)
    assert.doesNotMatch(answers[0] ?? '', /"none"/, 'the child was lent the secret')
    const { headers, body } = modern('tools/call', { name: 'whoami', arguments: { x: secret } } as {
      name: string
    })
    await exchange(`${url}?secret=${encodeURIComponent(secret)}`, { headers, body })
    const said = [
      await gateway.cli(['export']),
      await gateway.cli(['calls', '--json']),
      await gateway.cli(['status', '--json']),
      await gateway.cli(['cred', 'list', '--json']),
      await gateway.cli(['server', 'show', 'ops/bank']),
    ].map(({ stdout, stderr }) => stdout + stderr)

    const holders = processesWith('environ', secret)
    assert.equal(holders.length, 1, `in the environment of ${holders}`)
    assert.notEqual(holders[0], gateway.pid)
    assert.deepEqual(processesWith('cmdline', secret), [])
    assert.deepEqual(processesWith('cmdline', argument), [])

    caller.close()
    process.kill(gateway.pid, 'SIGTERM')
    await gateway.ended
    assertNowhere(readFiles(gateway.data), [secret, argument])
    for (const canary of [secret, argument]) {
      assert.ok(!finds(gateway.output(), canary), 'output or log holds a canary')
      for (const text of said) assert.ok(!finds(text, canary), 'the terminal told a canary')
    }
    for (const text of answers) assert.ok(!finds(text, secret), 'an answer holds the secret')
  } finally {
    await gateway.stop()
  }
})

let server: PostgresServer | undefined
after(() => server?.stop())

test('no table of a PostgreSQL holds a secret, a password, a token, a setup code or an argument that went through the API', async () => {
  server = await startPostgres()
  const { query } = server
  const url = await server.createDatabase()
  const gateway = await startGateway({
    env: { DATABASE_URL: url },
    documents: documents(
      plane(),
      consumer(),
      agent('planner'),
      credential('bank-key'),
      bank({ credential: { name: 'bank-key', env: 'BANK_API_KEY' } }),
      grant('all', 'planner', [{ server: 'bank' }]),
    ),
    secrets: { 'bank-key': secret },
    config: { runners: bankRunner() },
  })
  try {
    const password = 'cAnArY-horse-battery-77ab'
    const code = readFileSync(join(gateway.data, 'setup-code'), 'utf8').trim()
    const api = async (method: string, path: string, body: object, token?: string) => {
      const headers = {
        ...(token && { authorization: `Bearer ${token}` }),
        // Once done, a key stands for its command; it holds nothing of it.
        ...(path.endsWith('consumers/planted') && { 'idempotency-key': 'k' }),
      }
      const told = await exchange(`${gateway.origin}/api/v1${path}`, { method, headers, body })
      return { status: told.status, text: told.body, value: JSON.parse(told.body) }
    }
    const setUp = await api('POST', '/setup', { code, name: 'root', password })
    assert.equal(setUp.status, 201, setUp.text)
    const { token } = setUp.value
    const at = '/planes/ops'
    const base64 = Buffer.from(secret).toString('base64')
    const put = await api('PUT', `${at}/credentials/bank-key/secret`, { secret: base64 }, token)
    assert.equal(put.status, 200, put.text)
    const made = await api('POST', `${at}/agents/planner/secret`, {}, token)
    assert.equal(made.status, 201, made.text)
    const shape = `ghp_${'cAnArY7'.repeat(5)}`
    const planted = await api(
      'PUT',
      `${at}/consumers/planted`,
      { apiVersion: 'bailiwick/v1', kind: 'Consumer', plane: 'ops', name: 'planted', title: shape },
      token,
    )
    assert.equal(planted.status, 422, planted.text)
    const resource = `${gateway.origin}/mcp/ops/bank`
    const minted = await exchange(`${gateway.origin}/oauth/ops/token`, {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from(`planner:${made.value.secret}`).toString('base64')}`,
      },
      body: `grant_type=client_credentials&resource=${encodeURIComponent(resource)}`,
    })
    assert.equal(minted.status, 200, minted.body)
    const access = JSON.parse(minted.body).access_token
    const caller = createCaller(resource, access)
    assert.equal((await caller.call('whoami', { ref: argument }))?.status, 200)
    caller.close()

    const canaries = [secret, argument, password, token, code, made.value.secret, shape, access]
    const tables = await readTables((sql) => query(sql, url))
    assert.ok(tables.size > 10)
    const rows = [...tables.values()].flatMap((text) => text.split('\n'))
    assert.ok(rows.length > 30, `only ${rows.length} rows were looked at`)
    assertNowhere(tables, canaries)
    for (const canary of canaries.filter((one) => one !== code))
      assert.ok(!finds(gateway.output(), canary), `the log holds ${canary.slice(0, 8)}…`)
    for (const text of [put.text, planted.text])
      for (const canary of [secret, shape]) assert.ok(!finds(text, canary), text)
  } finally {
    await gateway.stop()
  }
})
