import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Proposed } from '#change/change.ts'
import type { Kind, PolicyTestDocument } from '#domain/documents.ts'
import { planeId } from '#domain/name.ts'
import { checkConditions } from '#policy/check.ts'
import { checkTests } from '#policy/check-tests.ts'
import { runTests } from '#policy/policy-test.ts'
import { propose } from '#policy/proposal.ts'
import { findWrong } from '#policy/wrong.ts'
import { allOf, compiledOf, offersOf, plane, policyOf, type Small, whoOf } from './small.ts'

const read = { class: 'read' } as const
const write = { class: 'write' } as const
const reads = { agent: 'line', allow: [read] }
const breathe = () => Promise.resolve()
const elsewhere = planeId('elsewhere')

type Sentence = Partial<PolicyTestDocument>

const proposedOf = (before: Small, after: Small, ...documents: readonly string[]): Proposed => ({
  before: allOf(before, 2),
  after: allOf(after, 3),
  documents: documents.map((one) => {
    const [kind = '', name = ''] = one.split('/')
    return { plane, kind: kind as Kind, name }
  }),
})
const proposalOf = (small: Small, calm = true) => {
  const proposed = proposedOf(small, small)
  const about = { plane, proposed, standing: undefined, offers: offersOf(small), calm }
  const proposal = propose(about)
  assert.ok(proposal)
  return proposal
}

describe('A sentence about the policy', () => {
  const says = 'it is so'
  const about: Small = {
    servers: {
      mes: { labels: ['x'], tools: { read, write, about: { ...read, labels: ['about'] } } },
    },
    apis: { tickets: { operations: { list: write } } },
    consumers: { office: {} },
    agents: { line: { consumers: ['floor', 'office'] }, head: {} },
    groups: { lines: { agents: ['line'] } },
    grants: { reads: { ...reads, until: '1970-01-01T00:00:01Z' } },
  }
  const run = async (sentence: object, more: Small = {}, now = 0) => {
    const small: Small = { ...about, ...more, tests: { one: { says, ...sentence } } }
    const results = await runTests({
      proposal: proposalOf(small),
      offers: offersOf(small),
      now,
      breathe,
    })
    assert.equal(results.length, 1)
    const [{ name, says: told, problem, ...rest } = assert.fail('no result')] = results
    assert.deepEqual([name, told, problem], ['one', says, undefined])
    return rest
  }
  const calls = async (...of: Parameters<typeof run>) =>
    (await run(...of)).but.map(
      ({ client, server, name, outcome, because }) =>
        `${client} ${server}/${name} ${outcome}: ${because}`,
    )

  test('is about each agent, consumer and capability that it does not narrow down', async () => {
    const over = [read, write]
    assert.deepEqual(await calls({ over, expect: 'permitted' }), [
      'head@floor mes/read hidden: no grant',
      'head@floor mes/write hidden: no grant',
      'head@floor mes/about hidden: no grant',
      'head@floor tickets/list hidden: no grant',
      'line@floor mes/write hidden: no grant',
    ])
    assert.equal((await run({ over, expect: 'permitted' })).tried, 12)
    const agents = { over, expect: 'permitted', agents: ['line'] }
    assert.equal((await run(agents)).tried, 8)
    assert.equal((await run({ ...agents, agents: undefined, group: 'lines' })).tried, 8)
    assert.equal((await run({ ...agents, agents: undefined, group: 'nobody' })).tried, 12)
    assert.equal((await run({ ...agents, consumers: ['floor'] })).tried, 4)
    assert.equal((await run({ ...agents, over: [{ server: 'mes' }] })).tried, 6)
    assert.equal((await run({ ...agents, over: [{ labels: ['x', 'about'] }] })).tried, 2)
    assert.equal((await run({ ...agents, over: [{ server: ['nowhere', 'mes'] }] })).tried, 6)
    assert.equal((await run({ ...agents, agents: ['nobody'] })).tried, 0)
  })

  test('holds where each call is as it says', async () => {
    const line = { agents: ['line'], consumers: ['floor'] }
    const holds = async (expect: string, over: object, more?: Small) =>
      (await run({ ...line, expect, over: [over] }, more)).holds
    assert.deepEqual(
      await Promise.all(['permitted', 'denied', 'hidden'].map((one) => holds(one, read))),
      [true, false, false],
    )
    assert.deepEqual(
      await Promise.all(['permitted', 'denied', 'hidden'].map((one) => holds(one, write))),
      [false, true, true],
    )
    const rules: Small = { rules: { never: { over: [read], deny: true } } }
    assert.deepEqual(
      await Promise.all(['permitted', 'denied', 'hidden'].map((one) => holds(one, read, rules))),
      [false, true, false],
    )
    const args: Small = { grants: { g: { ...reads, when: 'args.line == "3"' } } }
    assert.deepEqual(
      await Promise.all(['permitted', 'denied', 'hidden'].map((one) => holds(one, read, args))),
      [false, false, false],
    )
  })

  test('is tried with the arguments and at the instant that it says', async () => {
    const line = { agents: ['line'], consumers: ['floor'], over: [{ tools: ['read'] }] }
    const when: Small = { grants: { g: { ...reads, when: 'args.line == "3"' } } }
    const permitted = { ...line, expect: 'permitted' }
    assert.deepEqual(await calls({ ...permitted, args: { line: '3' } }, when), [])
    assert.equal((await calls({ ...permitted, args: { line: '4' } }, when)).length, 1)
    assert.deepEqual(await calls(permitted, when), [
      'line@floor mes/read depends: it depends on the arguments',
    ])
    assert.deepEqual(await calls(permitted, {}, 999), [])
    assert.deepEqual(await calls(permitted, {}, 1000), ['line@floor mes/read hidden: grant ended'])
    assert.deepEqual(await calls({ ...permitted, at: '1970-01-01T00:00:00Z' }, {}, 1000), [])
    assert.equal((await run(permitted, {}, 1000)).holds, false)
  })

  test('asks about nothing for whom nothing is granted, unless all is to be permitted', async () => {
    assert.equal((await run({ over: [read], expect: 'denied', agents: ['head'] })).tried, 0)
    assert.equal((await run({ over: [read], expect: 'hidden', agents: ['head'] })).tried, 0)
    assert.equal((await run({ over: [read], expect: 'permitted', agents: ['head'] })).tried, 2)
    assert.equal((await run({ over: [read], expect: 'denied', agents: ['line'] })).tried, 2)
  })

  test('is left out where it is not asked for', async () => {
    const hidden: Sentence = { says, over: [read], expect: 'hidden' }
    const tests = { a: hidden, b: hidden }
    const small: Small = { ...about, tests }
    const results = await runTests({
      proposal: proposalOf(small),
      offers: offersOf(small),
      now: 0,
      breathe,
      which: ({ name }) => name === 'b',
    })
    assert.deepEqual(
      results.map(({ name }) => name),
      ['b'],
    )
  })

  test('lets others work in between, at each caller and each 64 calls', async () => {
    const tools = Object.fromEntries(Array.from({ length: 130 }, (_, n) => [`t${n}`, read]))
    const small: Small = {
      servers: { mes: { tools } },
      grants: { reads },
      tests: { one: { says, over: [read], expect: 'permitted' } },
    }
    let breaths = 0
    const [result] = await runTests({
      proposal: proposalOf(small),
      offers: offersOf(small),
      now: 0,
      breathe: async () => void breaths++,
    })
    assert.deepEqual([result?.tried, result?.holds, breaths], [130, true, 3])
  })

  test('is not tried past a million calls of a plane', async () => {
    const tools = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`t${n}`, read]))
    const agents = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`a${n}`, {}]))
    const small: Small = { servers: { mes: { tools } }, agents }
    const proposal = proposalOf(small)
    const [view] = [proposal.snapshot.caller(whoOf())]
    assert.ok(view)
    // Whatever is asked is hidden: what is counted here are the calls.
    const decision = view.decide({ server: 'x', kind: 'tool', name: 'x', args: undefined }, 0)
    const quick = { ...view, grants: ['g'], decide: () => decision }
    const many = Array.from({ length: 501 }, (_, n) => [
      `t${String(n).padStart(3, '0')}`,
      { name: `t${String(n).padStart(3, '0')}`, says, over: [read], expect: 'hidden' },
    ])
    const results = await runTests({
      proposal: {
        ...proposal,
        policy: { ...proposal.policy, policyTests: new Map(many as never) as never },
        snapshot: { ...proposal.snapshot, caller: () => quick },
      },
      offers: offersOf(small),
      now: 0,
      breathe,
    })
    // 11 agents, 200 calls each: 454 sentences are tried to their end.
    const ended = results.filter(({ problem }) => problem === undefined)
    assert.equal(ended.length, 454)
    assert.ok(ended.every(({ holds, tried }) => holds && tried === 2200))
    const [first, second] = results.slice(454)
    assert.deepEqual([first?.tried, first?.holds, second?.tried], [1200, false, 0])
    assert.equal(
      first?.problem,
      'the tests of a plane try 1000000 calls at most; name agents, or select less',
    )
  })
})

describe('A change that makes a sentence false', () => {
  const sentence: Sentence = { says: 'Nobody writes', over: [write], expect: 'denied' }
  const before: Small = {
    servers: { mes: { tools: { read, write } } },
    grants: { reads },
    tests: { one: sentence },
  }
  const after: Small = { ...before, grants: { reads, writes: { agent: 'line', allow: [write] } } }
  const offers = offersOf(before)
  const objections = (proposed: Proposed, standing = compiledOf(before)) =>
    checkTests({
      offers,
      now: () => 0,
      propose: (plane, one) => propose({ plane, proposed: one, standing, offers, calm: true }),
    })(proposed, breathe)

  test('is refused with the sentence and the calls that are otherwise', async () => {
    assert.deepEqual(await objections(proposedOf(before, after, 'Grant/writes')), [
      {
        code: 'broken test',
        message:
          'PolicyTest one: “Nobody writes” would not be true: line@floor may call mes/write (grant writes)',
        at: { plane, kind: 'PolicyTest', name: 'one', path: ['says'] },
      },
    ])
    const told = async (more: Small, test: Sentence) => {
      const tests = { one: { ...sentence, ...test } }
      const [one] = await objections(
        proposedOf(before, { ...before, ...more, tests }, 'PolicyTest/one'),
      )
      return one?.message.replace(/^.*true: /, '')
    }
    assert.equal(
      await told({}, { expect: 'permitted', over: [{ class: 'write' }] }),
      'line@floor does not find mes/write (no grant)',
    )
    const never = { never: { over: [read], deny: true as const } }
    assert.equal(
      await told({ rules: never }, { expect: 'hidden', over: [read] }),
      'line@floor is denied mes/read (rule never: nobody may)',
    )
    const conditional = { g: { ...reads, when: 'args.line == "3"' } }
    assert.equal(
      await told({ grants: conditional }, { expect: 'denied', over: [read] }),
      'line@floor is, as its arguments may be, permitted or denied mes/read (it depends on the arguments)',
    )
    assert.equal(
      await told({ grants: {} }, { expect: 'permitted', over: [read, write] }),
      'line@floor does not find mes/read (no grant); line@floor does not find mes/write (no grant)',
    )
    assert.equal(
      await told({}, { expect: 'permitted', over: [read, write] }),
      'line@floor does not find mes/write (no grant)',
    )
  })

  test('is not refused for a sentence that was false before, unless it is new or was changed', async () => {
    const worse: Small = { ...after, grants: { ...after.grants, more: reads } }
    assert.deepEqual(
      await objections(proposedOf(after, worse, 'Grant/more'), compiledOf(after)),
      [],
    )
    assert.equal(
      (await objections(proposedOf(after, after, 'PolicyTest/one'), compiledOf(after))).length,
      1,
    )
    // A grant that is called as the sentence is no reason to refuse it either.
    const named: Small = { ...after, grants: { ...after.grants, one: reads } }
    assert.deepEqual(await objections(proposedOf(after, named, 'Grant/one'), compiledOf(after)), [])
    const two: Small = { ...after, tests: { one: sentence, two: { ...sentence, says: 'Two' } } }
    const objected = await objections(proposedOf(before, two, 'Grant/writes', 'PolicyTest/two'))
    assert.deepEqual(
      objected.map(({ at }) => at?.name),
      ['one', 'two'],
    )
    const later = await objections(proposedOf(after, two, 'PolicyTest/two'), compiledOf(after))
    assert.deepEqual(
      later.map(({ at }) => at?.name),
      ['two'],
    )
  })

  test('is looked at where a document of bearing is among what changed, in its plane', async () => {
    const kinds = {
      Plane: true,
      Server: true,
      API: true,
      Consumer: true,
      Agent: true,
      AgentGroup: true,
      Grant: true,
      Rule: true,
      PolicyTest: true,
      Quota: false,
      Team: false,
      Credential: false,
      RoleBinding: false,
    }
    for (const [kind, isOfBearing] of Object.entries(kinds))
      assert.equal(
        (await objections(proposedOf(before, after, `${kind}/x`))).length > 0,
        isOfBearing,
        kind,
      )
    const proposed = proposedOf(before, after)
    const of = { plane: elsewhere, kind: 'Grant' as const, name: 'writes' }
    assert.deepEqual(await objections({ ...proposed, documents: [of] }), [])
    const none: Small = { ...after, tests: {} }
    assert.deepEqual(await objections(proposedOf(before, none, 'Grant/writes')), [])
    const named = { plane: elsewhere, kind: 'PolicyTest' as const, name: 'one' }
    const both = proposedOf(after, after, 'Grant/writes')
    assert.deepEqual(
      await objections({ ...both, documents: [...both.documents, named] }, compiledOf(after)),
      [],
    )
  })
})

describe('A plane that is proposed', () => {
  const small: Small = {
    servers: { mes: { tools: { read } }, other: { tools: { read } } },
    apis: { tickets: { operations: { list: read } } },
    grants: { reads },
    offered: {
      'mes/tool/read': { state: 'held' },
      'other/tool/gone': { state: 'absent', classification: read },
      'tickets/operation/list': { state: 'held' },
    },
    suspended: ['agent/line', 'server/other'],
  }
  const ask = (
    proposal: ReturnType<typeof propose>,
    server = 'mes',
    kind: 'tool' | 'operation' = 'tool',
    name = 'read',
  ) => {
    const decision = proposal?.snapshot.caller(whoOf())?.decide({ server, kind, name, args: {} }, 0)
    return decision?.permitted ? 'permitted' : decision?.refusal.reason
  }
  const standing = (one: Small) => {
    const compiled = compiledOf(one)
    return {
      proposed: {
        ...proposedOf(one, one),
        before: { ...allOf(one), planes: new Map([[plane, compiled.policy]]) },
      },
      compiled,
    }
  }

  test('is as it would be, with what is suspended and held or calmly without', () => {
    const offers = offersOf(small)
    const { proposed, compiled } = standing(small)
    const same = { ...proposed, after: proposed.before }
    for (const stood of [undefined, compiled, compiledOf(small)]) {
      const about = { plane, proposed: same, standing: stood, offers }
      const calm = propose({ ...about, calm: true })
      assert.equal(ask(calm), 'permitted')
      assert.equal(ask(calm, 'other'), 'permitted')
      assert.equal(ask(calm, 'other', 'tool', 'gone'), 'unknown')
      assert.equal(ask(calm, 'tickets', 'operation', 'list'), 'permitted')
      assert.equal(calm?.policy.suspensions.size, 0)
      assert.equal(calm?.plane, plane)
      const real = propose({ ...about, calm: false })
      assert.equal(ask(real), 'suspended')
      assert.equal(real?.policy.suspensions.size, 2)
      const { suspended: _, ...free } = small
      const held = propose({
        plane,
        proposed: proposedOf(free, free),
        standing: undefined,
        offers,
        calm: false,
      })
      assert.equal(ask(held), 'held')
      assert.equal(ask(held, 'other'), 'permitted')
      assert.equal(ask(held, 'tickets', 'operation', 'list'), 'held')
    }
    assert.equal(
      propose({ plane: elsewhere, proposed, standing: compiled, offers, calm: true }),
      undefined,
    )
  })

  test('differs from what stands in the documents that are named, of that plane', () => {
    const { compiled } = standing(small)
    const { suspended: _, ...free } = small
    const next = { ...free, rules: { never: { over: [{ server: 'mes' }], deny: true as const } } }
    const before = { ...allOf(small), planes: new Map([[plane, compiled.policy]]) }
    const documents = [
      { plane, kind: 'Rule' as const, name: 'never' },
      { plane: elsewhere, kind: 'Grant' as const, name: 'reads' },
    ]
    const proposed = { before, after: allOf(next, 9), documents }
    const about = { plane, proposed, standing: compiled, offers: offersOf(next) }
    const proposal = propose({ ...about, calm: true })
    assert.equal(ask(proposal), 'rule')
    assert.equal(ask(proposal, 'other'), 'permitted')
    assert.equal(proposal?.snapshot.revision, 9)
    const untold = propose({
      ...about,
      proposed: { ...proposed, documents: documents.slice(1) },
      calm: false,
    })
    assert.equal(ask(untold, 'other'), 'suspended')
  })
})

describe('A condition in a document', () => {
  const inputSchema = (name: string) => ({
    type: 'object',
    properties: { [name]: { type: 'string' } },
  })
  const small: Small = {
    servers: {
      mes: {
        labels: ['x'],
        tools: { read, write },
        prompts: { greet: { ...read, labels: ['prompt'] } },
        resources: {
          'mes://a': { ...read, labels: ['fixed'] },
          'mes://{line}/b': { ...read, labels: ['made'] },
        },
      },
    },
    apis: { tickets: { operations: { list: read } } },
    offered: {
      'mes/tool/read': { definition: { inputSchema: inputSchema('line') } },
      'mes/tool/write': { definition: { inputSchema: inputSchema('hall') } },
      'mes/prompt/greet': { definition: { arguments: [{ name: 'who' }, { name: 3 }, null] } },
      'tickets/operation/list': { definition: { inputSchema: inputSchema('state') } },
    },
    agents: { line: { claims: { line: '3' } } },
  }
  const over = (
    over: Partial<{ tools: string[]; labels: string[]; server: string; api: string }>,
    when: string,
    more: Small = {},
  ) => {
    const after: Small = {
      ...small,
      grants: { g: { agent: 'line', allow: [over], when } },
      ...more,
    }
    return checkConditions(offersOf(after))(proposedOf(small, after, 'Grant/g'), breathe)
  }
  const messages = async (...of: Parameters<typeof over>) =>
    (await over(...of)).map(({ message }) => message)

  test('is judged by what its grant selects, and told of with its place', async () => {
    assert.deepEqual(await over({ tools: ['read'] }, 'args.lnie == "3"'), [
      {
        code: 'bad condition',
        message: 'Grant g: when at character 6: mes/read has no argument lnie; did you mean line?',
        at: { plane, kind: 'Grant', name: 'g', path: ['when'] },
      },
    ])
    assert.deepEqual(await messages({ tools: ['read'] }, 'args.line == "3"'), [])
    assert.deepEqual(await messages({ tools: ['write'] }, 'args.hall == "3"'), [])
    assert.deepEqual(await messages({ api: 'tickets' }, 'args.state == "3"'), [])
    assert.equal((await messages({ api: 'tickets' }, 'args.line == "3"')).length, 1)
    assert.deepEqual(await messages({ tools: ['read'] }, ' '), [
      'Grant g: when: a condition is missing; true holds always',
    ])
    assert.deepEqual(await messages({ server: 'nowhere' }, 'args.lnie == "3"'), [])
    assert.equal((await messages({ labels: ['x', 'fixed'] }, 'args.lnie == "3"')).length, 1)
  })

  test('is judged by the arguments of a prompt and the variables of a template', async () => {
    const prompt = { labels: ['prompt'] }
    assert.deepEqual(await messages(prompt, 'args.who == "3"'), [])
    assert.deepEqual(await messages(prompt, 'args.woh == "3"'), [
      'Grant g: when at character 6: mes/greet has no argument woh; did you mean who?',
    ])
    assert.match((await messages(prompt, 'uri == "3"'))[0] ?? '', /has no URI/)
    // Of a prompt an argument may be left out, of a template no variable.
    assert.equal((await messages(prompt, 'has(args.who) || args.woh == ""')).length, 1)
    const made = { labels: ['made'] }
    assert.deepEqual(await messages(made, 'args.line == "3" && uri == ""'), [])
    assert.deepEqual(await messages(made, 'has(args.line) || args.lnie == ""'), [])
    assert.equal((await messages(made, 'args.lnie == "3"')).length, 1)
    assert.equal((await messages(made, 'args.line == 3')).length, 1)
    assert.deepEqual(await messages({ labels: ['fixed'] }, 'uri == ""'), [])
    assert.deepEqual(await messages({ labels: ['fixed'] }, 'args.line == "3"'), [
      'Grant g: when at character 6: mes/mes://a has no argument line; it has none',
    ])
    const bare: Small = { offered: { 'mes/prompt/greet': {} } }
    assert.deepEqual(await messages(prompt, 'args.who == ""', bare), [
      'Grant g: when at character 6: mes/greet has no argument who; it has none',
    ])
  })

  test('is judged by no capability that is gone, and by 500 at most', async () => {
    const gone: Small = {
      offered: {
        ...small.offered,
        'mes/tool/write': { state: 'absent', definition: { inputSchema: inputSchema('hall') } },
      },
    }
    assert.deepEqual(await messages({ tools: ['read', 'write'] }, 'args.line == "3"', gone), [])
    assert.equal((await messages({ tools: ['read', 'write'] }, 'args.line == "3"')).length, 1)
    const many = (count: number): Small => ({
      servers: {
        mes: {
          tools: Object.fromEntries(Array.from({ length: count }, (_, n) => [`t${n}`, read])),
        },
      },
      offered: Object.fromEntries(
        Array.from({ length: count }, (_, n) => [
          `mes/tool/t${n}`,
          { definition: { inputSchema: inputSchema(n < 500 ? 'line' : 'hall') } },
        ]),
      ),
    })
    assert.deepEqual(await messages({ server: 'mes' }, 'args.line == "3"', many(501)), [])
    const [all] = await messages({ server: 'mes' }, 'args.lnie == "3"', many(500))
    assert.match(all ?? '', /and 497 more has an argument lnie/)
  })

  test('is judged by the claims that somebody is vouched for, where there is one', async () => {
    const claim = 'caller.claims.lien == "3"'
    assert.equal((await messages({ tools: ['read'] }, claim)).length, 1)
    assert.deepEqual(await messages({ tools: ['read'] }, 'caller.claims.line == "3"'), [])
    assert.deepEqual(await messages({ tools: ['read'] }, claim, { agents: { line: {} } }), [])
  })

  test('of a rule is judged as well, when it applies and what it requires', async () => {
    const rule = (more: object): Small => ({
      ...small,
      rules: { r: { over: [{ tools: ['read'] }], ...more } },
    })
    const judged = async (more: object, ...documents: readonly string[]) => {
      const after = rule(more)
      const check = checkConditions(offersOf(after))
      return (await check(proposedOf(small, after, ...documents), breathe)).map(
        ({ message, at }) => [message.replace(/ at character.*/, ''), ...(at?.path ?? [])],
      )
    }
    const [when, require] = ['args.lnie == "3"', 'args.lnei == "3"']
    assert.deepEqual(await judged({ when, require }, 'Rule/r'), [
      ['Rule r: when', 'when'],
      ['Rule r: require', 'require'],
    ])
    assert.deepEqual(await judged({ require }, 'Rule/r'), [['Rule r: require', 'require']])
    assert.deepEqual(await judged({ when, deny: true }, 'Rule/r'), [['Rule r: when', 'when']])
    assert.deepEqual(await judged({ deny: true }, 'Rule/r'), [])
    assert.deepEqual(await judged({ when }, 'Rule/other', 'Grant/r', 'Server/mes'), [])
    const after = rule({ when })
    const of = { plane: elsewhere, kind: 'Rule' as const, name: 'r' }
    const proposed = { ...proposedOf(small, after), documents: [of] }
    assert.deepEqual(await checkConditions(offersOf(after))(proposed, breathe), [])
  })

  test('that is wrong by now is found, of all items or of one', async () => {
    const wrong: Small = {
      ...small,
      grants: {
        a: { agent: 'line', allow: [{ tools: ['read'] }], when: 'args.lnie == "3"' },
        b: { agent: 'line', allow: [{ api: 'tickets' }], when: 'args.satte == "3"' },
        c: { agent: 'line', allow: [{ tools: ['read'] }] },
        d: { agent: 'line', allow: [{ tools: ['read'] }], when: 'args.line == "3"' },
      },
      rules: { r: { over: [{ server: 'mes', tools: ['read'] }], require: 'args.lnie == "3"' } },
    }
    const find = async (item?: string, more: Small = wrong) => {
      let breaths = 0
      const found = await findWrong({
        plane,
        policy: policyOf(more),
        item,
        offers: offersOf(more),
        breathe: async () => void breaths++,
      })
      return [...found.map(({ kind, name, key }) => `${kind} ${name} ${key}`), breaths]
    }
    assert.deepEqual(await find(), ['Grant a when', 'Grant b when', 'Rule r require', 4])
    assert.deepEqual(await find('mes'), ['Grant a when', 'Rule r require', 3])
    assert.deepEqual(await find('tickets'), ['Grant a when', 'Grant b when', 3])
    assert.deepEqual(await find('other'), ['Grant a when', 2])
    const many: Small = {
      ...small,
      grants: Object.fromEntries(
        Array.from({ length: 2001 }, (_, n) => [
          `g${n}`,
          { agent: 'line', allow: [{ server: 'nowhere' }], when: 'true' },
        ]),
      ),
    }
    assert.deepEqual(await find(undefined, many), [2000])
  })
})
