import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { clientId, planeId } from '#domain/name.ts'
import { inParallel } from '../gateway/caller.ts'
import { withoutError } from './decided.ts'
import { naively } from './naive.ts'
import { type RandomWorld, worldOf } from './random.ts'
import { type Asked, readCall, readWorld } from './reading.ts'
import { type Real, startReal } from './real.ts'
import type { Answer } from './world.ts'

const worlds = 50
const callsEach = 200
const firstSeed = 20261125

describe('10,000 random triples of caller, capability and arguments', () => {
  let real: Real

  before(async () => {
    real = await startReal()
  })
  after(() => real?.stop())

  /** Tried with a token of now. */
  const checkExplained = ({ args, ...asked }: Asked, answer: Answer): void => {
    const told = real.installation.explain({
      ...{ plane: planeId('ops'), client: clientId(asked.agent, asked.consumer) },
      ...{ user: asked.user, scopes: asked.scopes, now: asked.now },
      ...{ server: asked.item, kind: asked.kind, name: asked.name, args },
    })
    const { reason, because, counted = [] } = answer
    // Of a condition and a rule that denies it tells the rule, which no other argument would help.
    const isRule = reason === 'condition' && told.because.startsWith('rule ')
    // Whoever tries it is told where in the arguments, which the ledger does not keep.
    const why = withoutError(told.because).replace(/(definition:) \/\w+ /, '$1 ')
    if (!isRule) assert.equal(why, because)
    assert.equal(told.decision === 'permitted', reason === 'permitted')
    assert.deepEqual(told.quotas.map((one) => one.split(':')[0]).sort(), counted)
  }

  /** Every other operation over REST, every other tool at the plane's endpoint. */
  const callOf = (asked: Asked, at: number): Promise<string> => {
    const isEven = at % 2 === 0
    const isText = Object.values(asked.args ?? {}).every((one) => typeof one === 'string')
    if (asked.kind === 'operation' && isEven && isText) return real.callRest(asked)
    const isTool = asked.kind === 'tool' && (isEven || asked.item === 'nowhere')
    return real.call(asked, isTool || asked.kind === 'operation')
  }

  /** What is expected of each of its calls, and came of it. */
  const checkWorld = async ({ written, calls }: RandomWorld): Promise<Answer[]> => {
    await real.stand(written, calls)
    const world = readWorld(written)
    const answer = (asked: Asked) => sorted(naively(world, readCall(written, world, asked)))
    const expected = calls.map(answer)
    const before = real.factory.done.length
    await inParallel(calls.length, 8, async (at) => {
      const asked = calls[at] as Asked
      const { reason } = expected[at] as Answer
      const told = await callOf(asked, at)
      assert.equal(told, reason === 'permitted' ? 'done' : reason, JSON.stringify(asked))
      checkExplained(asked, answer({ ...asked, ageMs: 0 }))
    })
    const entries = calls.map((asked, at) => entryOf(asked, expected[at] as Answer))
    assert.deepEqual((await real.entries(calls.length)).sort(), entries.sort())
    const done = real.factory.done.length - before
    assert.equal(done, expected.filter(isPermission).length, 'what was permitted was done, once')
    await real.letGo(written)
    return expected
  }

  test('are answered alike by a naive evaluator, by explain, and by the gateway over HTTP', async (context) => {
    const now = Date.now()
    const met = new Map<string, number>()
    for (let n = 0; n < worlds; n++) {
      const about = { url: real.factory.urlOf, now, suffix: `${n}` }
      const [random] = fc.sample(worldOf(about, callsEach), { numRuns: 1, seed: firstSeed + n })
      assert.ok(random)
      for (const { reason, because } of await checkWorld(random)) {
        const key = reason === 'unknown' ? because : reason
        met.set(key, (met.get(key) ?? 0) + 1)
      }
    }
    context.diagnostic([...met].map(([reason, count]) => `${reason} ${count}`).join(', '))
    for (const reason of reasons)
      assert.ok((met.get(reason) ?? 0) >= 20, `${reason}: ${met.get(reason) ?? 0}`)
  })
})

const isPermission = ({ reason }: Answer): boolean => reason === 'permitted'
const sorted = ({ counted, ...answer }: Answer): Answer => ({
  ...answer,
  ...(counted && { counted: counted.toSorted() }),
})
/** As the ledger has it. */
const entryOf = ({ agent, consumer, user = '', kind, item, name }: Asked, answer: Answer): string =>
  JSON.stringify([agent, consumer, user, item, kind, name, answer])

const reasons = [
  ...['permitted', 'no such server', 'no such capability', 'unclassified', 'no grant'],
  ...['grant ended', 'condition not met', 'not published', 'suspended', 'held', 'arguments'],
  ...['condition', 'rule', 'scope', 'token'],
]
