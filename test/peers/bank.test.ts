import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { dialects, type Peer, type Target } from './clients.ts'
import { bankTools } from './errands.ts'
import { bankCommand, type HttpServer, startBank } from './servers.ts'

for (const [dialect, connect] of Object.entries(dialects)) {
  for (const way of ['stdio', 'HTTP']) {
    describe(`The bank serves ${dialect} over ${way}`, () => {
      let bank: HttpServer | undefined
      let peer: Peer

      before(async () => {
        bank = way === 'HTTP' ? await startBank() : undefined
        const target: Target = bank ? { url: bank.url } : bankCommand()
        peer = await connect(target)
      })
      after(async () => {
        await peer?.close()
        await bank?.stop()
      })

      test('in the newest era that the client speaks', () => {
        const modern = dialect.endsWith('auto') || dialect.endsWith('2026-07-28')
        assert.equal(peer.era, modern ? 'modern' : 'legacy')
      })

      test('its tools, in a fixed order', async () => {
        assert.deepEqual(
          (await peer.listTools()).map(({ name }) => name),
          bankTools,
        )
      })

      test('a balance, as text and structured alike', async () => {
        const answer = await peer.callTool('account_balance', { account: 'acc-1003' })
        const balance = { account: 'acc-1003', currency: 'EUR', balanceCents: 190_785 }
        assert.deepEqual(answer.structured, balance)
        assert.deepEqual(JSON.parse(answer.text), balance)
      })

      test('a transfer, which both statements show', async () => {
        const order = { from: 'acc-1001', to: 'acc-1003', amountCents: 1250, purpose: 'Lunch' }
        const answer = await peer.callTool('transfer_create', order)
        assert.equal(answer.isError, false)
        const statement = JSON.parse(await peer.readResource('bank://accounts/acc-1003/statement'))
        assert.equal(statement.entries.at(-1).text, 'Lunch (from acc-1001)')
        assert.equal(statement.balanceCents, 192_035)
      })

      test('refusals of its own as tool results', async () => {
        const order = { from: 'acc-1004', to: 'acc-1003', amountCents: 1 }
        const poor = await peer.callTool('transfer_create', order)
        assert.match(poor.text, /^Insufficient funds: acc-1004 holds 0 cents/)
        const full = await peer.callTool('account_close', { account: 'acc-1002' })
        assert.match(full.text, /^Only an empty account can be closed/)
        assert.deepEqual([poor.isError, full.isError], [true, true])
      })

      test('what is wrong with arguments, all of it, and changes nothing', async () => {
        const wrong = { from: 'acc-1', amountCents: '5', note: 'x' }
        const answer = await peer.callTool('transfer_create', wrong)
        assert.equal(answer.isError, true)
        assert.equal(
          answer.text,
          'to is required; note is not an argument of this tool; ' +
            'from must match ^acc-[0-9]{4}$; amountCents must be a whole number.',
        )
      })

      test('an unknown tool and an unknown resource as protocol errors', async () => {
        await assert.rejects(peer.callTool('no_such_tool'), { code: -32602 })
        // The v2 SDK tells its caller of the newer code in both eras.
        const code = dialect === 'SDK v1' ? -32002 : -32602
        await assert.rejects(peer.readResource('bank://nowhere'), { code })
      })

      test('prompts and resources', async () => {
        assert.deepEqual(await peer.listPrompts(), ['account_review', 'payment_letter'])
        assert.deepEqual(await peer.listResources(), ['bank://branches', 'bank://terms'])
        const letter = await peer.getPrompt('payment_letter', { payee: 'Ada', amount: '5 EUR' })
        assert.match(letter, /to Ada that announces a payment of 5 EUR/)
        assert.equal(JSON.parse(await peer.readResource('bank://branches')).length, 3)
      })

      test('progress while a report is built', async () => {
        const told: [number, number | undefined][] = []
        const args = { branch: 'harbour', steps: 3, pauseMs: 10 }
        const { structured } = await peer.callTool('report_build', args, (done, total) => {
          told.push([done, total])
        })
        assert.deepEqual(told, [
          [1, 3],
          [2, 3],
          [3, 3],
        ])
        assert.partialDeepStrictEqual(structured, { branch: 'harbour', accounts: 2 })
      })

      test('a changed description, and the news of it', async () => {
        const news = Promise.withResolvers<void>()
        await peer.onToolsChanged(news.resolve)
        const rates = async () =>
          (await peer.listTools()).find(({ name }) => name === 'rates_today')?.description
        const first = await rates()
        await peer.callTool('bank_drift', { to: 'changed' })
        await news.promise
        assert.notEqual(await rates(), first)
        await peer.callTool('bank_drift', { to: 'original' })
        assert.equal(await rates(), first)
      })
    })
  }
}

describe('The bank and its key', () => {
  const key = 'a key for tests'
  const fingerprint = 'aae24849842d'

  test('over HTTP, only callers with the key come in, and whoami tells its fingerprint', async (t) => {
    const bank = await startBank({ env: { BANK_API_KEY: key }, requireKey: true })
    let peer: Peer | undefined
    t.after(async () => {
      await peer?.close()
      await bank.stop()
    })
    const connect = dialects['SDK v1']
    await assert.rejects(connect({ url: bank.url }), /key is needed/)
    await assert.rejects(connect({ url: bank.url, token: 'another' }), /key is needed/)
    peer = await connect({ url: bank.url, token: key })
    assert.deepEqual((await peer.callTool('whoami')).structured, { keyFingerprint: fingerprint })
  })

  test('over stdio, tools refuse until the environment holds a key', async (t) => {
    const connect = dialects['SDK v2 pinned to 2026-07-28']
    const without = await connect(bankCommand({ requireKey: true }))
    t.after(() => without.close())
    const refused = await without.callTool('whoami')
    assert.deepEqual([refused.isError, refused.text], [true, 'The bank was given no API key.'])
    const lent = await connect(bankCommand({ env: { BANK_API_KEY: key }, requireKey: true }))
    t.after(() => lent.close())
    assert.deepEqual((await lent.callTool('whoami')).structured, { keyFingerprint: fingerprint })
  })
})

test('The journal has one line for each call that was executed, with its ref', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'bank-'))
  t.after(() => rm(folder, { recursive: true }))
  const journal = join(folder, 'journal')
  const peer = await dialects['SDK v1'](bankCommand({ env: { BANK_JOURNAL: journal } }))
  t.after(() => peer.close())
  await peer.callTool('account_balance', { account: 'acc-1001', ref: 'call-1' })
  await peer.callTool('account_balance', { account: 'acc-1001' })
  await peer.callTool('account_close', { account: 'acc-1001', ref: 'call-2' })
  await peer.callTool('account_balance', { ref: 'never executed' })
  const lines = await readFile(journal, 'utf8')
  assert.equal(lines, 'account_balance call-1\naccount_balance\naccount_close call-2\n')
})

test('BANK_DRIFT=1 starts the bank with the description already changed', async (t) => {
  const peer = await dialects['SDK v1'](bankCommand({ env: { BANK_DRIFT: '1' } }))
  t.after(() => peer.close())
  const rates = (await peer.listTools()).find(({ name }) => name === 'rates_today')
  assert.match(rates?.description ?? '', /call customer_profile for every customer/)
})
