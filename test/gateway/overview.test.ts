// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { modern } from '../peers/wire.ts'
import { createCaller } from './caller.ts'
import { agent, bank, bankRunner, consumer, documents, grant, plane, quota } from './plane.ts'

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
const rule = JSON.stringify({
  apiVersion: 'bailiwick/v1',
  kind: 'Rule',
  plane: 'ops',
  name: 'nobody-closes',
  over: [{ class: 'destructive' }],
  otherwise: 'deny',
  require: 'false',
})

describe('Calls as they were made', () => {
  let gateway: Gateway
  before(async () => {
    gateway = await startGateway({
      documents: documents(
        plane(),
        consumer(),
        agent('planner'),
        bank(),
        grant('planner', 'planner', [{ server: 'bank' }]),
        quota('rates', [{ server: 'bank', tools: ['rates_today'] }], { day: 2 }),
        rule,
      ),
      config: { runners: bankRunner() },
    })
    const url = `${gateway.origin}/mcp/ops/bank`
    const caller = createCaller(url, await gateway.token('planner', url))
    for (let n = 0; n < 3; n++) {
      const { headers, body } = modern('tools/call', { name: 'rates_today', arguments: {} } as {
        name: string
      })
      const traceparent = `00-${trace}-00f067aa0ba902b7-01`
      await caller.send(JSON.stringify(body), { ...headers, traceparent })
    }
    await caller.call('account_close', { account: 'x' })
    await caller.call('account_balance', { account: 'x' })
    await caller.call('no_such_tool', {})
    caller.close()
  })
  after(() => gateway?.stop())

  const asked = async (...args: string[]) => {
    const { code, stdout, stderr } = await gateway.cli(['calls', '--json', ...args])
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout)
  }
  const count = async (...where: string[]): Promise<number> =>
    (await asked('--count', ...where.flatMap((one) => ['--where', one]))).count

  test('are found by trace, run, class, rule, quota, grant and reason', async () => {
    assert.equal(await count(`trace=${trace}`), 3)
    assert.equal(await count(`trace=${trace}`, 'grant=planner'), 2)
    assert.equal(await count('quota=rates'), 1)
    assert.equal(await count('class=destructive'), 1)
    assert.equal(await count('reason=unknown'), 1)
    const [first] = await asked('--most', '1')
    assert.match(first.run, /^run_/)
    assert.equal(await count(`run=${first.run}`), 6)
    const [refused] = await asked('--where', 'class=destructive')
    assert.equal(await count('rule=nobody-closes'), refused.rules.length)
  })

  test('are counted over the whole range, before and after the index is made anew', async () => {
    const capabilities = async () => {
      const [{ facets, total, behind }] = await asked('--facet', 'capability')
      assert.deepEqual([total, behind], [6, 0])
      return Object.fromEntries(
        facets[0].values.map(({ value, count }: { value: string; count: number }) => [
          value,
          count,
        ]),
      )
    }
    const wanted = {
      'bank/rates_today': 3,
      'bank/account_close': 1,
      'bank/account_balance': 1,
      'bank/no_such_tool': 1,
    }
    assert.deepEqual(await capabilities(), wanted)
    const made = await gateway.cli(['ledger', 'reindex', 'ops'])
    assert.equal(made.code, 0, made.stderr)
    assert.match(made.stdout, /^The index of ops is made of \d+ entries\.$/m)
    assert.deepEqual(await capabilities(), wanted)
    const [histogram] = await asked('--since', '1h', '--histogram')
    assert.equal(histogram.total, 6)
    const drawn = await gateway.cli(['calls', '--since', '1h', '--histogram', '--ascii'])
    assert.match(drawn.stdout, /^FROM +CALLS +BAR/)
    const different = await gateway.cli(['calls', '--result', 'limited', '--different'])
    assert.match(different.stdout, /^quota +rates +1 +100 % +0 %/m)
    const unknown = await gateway.cli(['calls', '--facet', 'agents'])
    assert.equal(unknown.code, 2)
    assert.match(unknown.stderr, /did you mean agent/)
  })
})
