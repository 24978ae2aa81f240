import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startGateway } from '../peers/gateway.ts'
import { exchange, modern } from '../peers/wire.ts'
import { createCaller } from './caller.ts'
import { agent, bank, bankRunner, consumer, credential, documents, grant, plane } from './plane.ts'

const secret = 'cAnArY/s3cret+of=the~vault.7f1c'
const argument = 'cAnArY-argument-9b2e'

/** As it stands, in Base64 at each of three alignments, and URL-encoded. */
const spellings = (text: string): string[] => {
  const shifted = [0, 1, 2].map((shift) => {
    const encoded = Buffer.from('x'.repeat(shift) + text).toString('base64')
    // The characters that do not depend on what stands before and after.
    return encoded.slice(Math.ceil((shift * 4) / 3), -4)
  })
  return [text, encodeURIComponent(text), ...shifted]
}
const finds = (haystack: string, text: string): boolean =>
  spellings(text).some((one) => haystack.includes(one))

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
}

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
    for (const canary of [secret, argument]) {
      for (const path of files(gateway.data))
        assert.ok(!finds(readFileSync(path, 'latin1'), canary), `${path} holds a canary`)
      assert.ok(!finds(gateway.output(), canary), 'output or log holds a canary')
      for (const text of said) assert.ok(!finds(text, canary), 'the terminal told a canary')
    }
    for (const text of answers) assert.ok(!finds(text, secret), 'an answer holds the secret')
  } finally {
    await gateway.stop()
  }
})
