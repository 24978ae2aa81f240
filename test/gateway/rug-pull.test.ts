// Runs on both stores.
import assert from 'node:assert/strict'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { type HttpServer, startBank } from '../peers/servers.ts'
import { exchange, modern } from '../peers/wire.ts'
import { agent, bank, bankRunner, consumer, documents, grant, plane } from './plane.ts'

/** What the bank changes after its third call, without a word, and the call that would meet it. */
const turns = {
  description: { method: 'tools/call', params: { name: 'rates_today', arguments: {} } },
  schema: { method: 'tools/call', params: { name: 'rates_today', arguments: {} } },
  annotation: { method: 'tools/call', params: { name: 'rates_today', arguments: {} } },
  prompt: {
    method: 'prompts/get',
    params: { name: 'account_review', arguments: { account: 'acc-1001' } },
  },
  resource: { method: 'resources/read', params: { uri: 'bank://terms' } },
  template: { method: 'resources/read', params: { uri: 'bank://accounts/acc-1001/statement' } },
} as const
type What = keyof typeof turns

const classified = {
  prompts: { account_review: { class: 'read' }, payment_letter: { class: 'read' } },
  resources: {
    'bank://terms': { class: 'read' },
    'bank://branches': { class: 'read' },
    'bank://accounts/{id}/statement': { class: 'read' },
  },
}
/** One of each kind that no turn is about. */
const others = [
  { method: 'tools/call', params: { name: 'accounts_list', arguments: {} } },
  {
    method: 'prompts/get',
    params: { name: 'payment_letter', arguments: { payee: 'A', amount: '1' } },
  },
  { method: 'resources/read', params: { uri: 'bank://branches' } },
] as const

for (const [connected, overHttp] of [
  ['over stdio', false],
  ['over HTTP', true],
] as const) {
  describe(`attack: a server ${connected} that behaves for three calls and then changes without a word`, () => {
    const peers: HttpServer[] = []
    const folder = tmpdir()
    const journal = (what: What) => join(folder, `bank-${process.pid}-${connected.length}-${what}`)
    const kinds = Object.keys(turns) as What[]
    let gateway: Gateway

    before(async () => {
      const planes = await Promise.all(
        kinds.map(async (what) => {
          const env = { BANK_TURN: what, BANK_JOURNAL: journal(what) }
          const more = { name: what, plane: 'ops', ...classified }
          if (!overHttp) return { server: bank({ ...more, upstream: { runner: what } }), env }
          const peer = await startBank({ env })
          peers.push(peer)
          return { server: bank({ ...more, upstream: { url: peer.url } }), env }
        }),
      )
      const runner = (env: Record<string, string>) => bankRunner(env).bank
      gateway = await startGateway({
        documents: documents(
          plane(),
          consumer(),
          agent('planner'),
          ...planes.map(({ server }) => server),
          grant('all', 'planner', [{ server: kinds }]),
        ),
        config: {
          discovery: { freshMs: 0, everyMs: 3_600_000 },
          runners: Object.fromEntries(planes.map(({ env }) => [env.BANK_TURN, runner(env)])),
        },
      })
    })
    after(async () => {
      await gateway?.stop()
      for (const peer of peers) await peer.stop()
      for (const what of kinds) await rm(journal(what), { force: true })
    })

    for (const what of kinds)
      test(`its ${what}: the next call of that capability is held, and nothing else is`, async () => {
        const url = `${gateway.origin}/mcp/ops/${what}`
        const authorization = `Bearer ${await gateway.token('planner', url)}`
        const ask = async (call: { method: string; params: object }) => {
          const { headers, body } = modern(call.method, call.params)
          const { body: text } = await exchange(url, {
            headers: { ...headers, authorization },
            body,
          })
          return JSON.parse(text)
        }
        const call = turns[what]
        for (let n = 0; n < 3; n++)
          assert.doesNotMatch(JSON.stringify(await ask(call)), /-31409|Held/)
        const told = await ask(call)
        const reason =
          told.error?.data?.reason ?? told.result?._meta?.['dev.bailiwick/refusal']?.reason
        assert.equal(reason, 'held', JSON.stringify(told))
        for (const other of others) {
          const { result } = await ask(other)
          assert.ok(result && !result.isError, `${other.method} goes on`)
        }
        const executed = await readFile(journal(what), 'utf8').catch(() => '')
        assert.equal(
          executed.match(/^rates_today$/gm)?.length ?? 0,
          call.method === 'tools/call' ? 3 : 0,
        )
        const { entries } = await gateway.ledger('ops')
        const changed = entries.find(
          ({ type, summary }) =>
            type === 'policy.changed' &&
            String(summary).startsWith(`${what} tells`) &&
            String(summary).includes('held'),
        )
        assert.match(
          String(changed?.summary),
          /[0-9a-f]{64} → [0-9a-f]{64}/,
          'old and new fingerprint',
        )
      })
  })
}
