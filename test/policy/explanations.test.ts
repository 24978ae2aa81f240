import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { clientId } from '#domain/name.ts'
import { explained, line, type Small } from './small.ts'

const read = { class: 'read' } as const
const mes: Small['servers'] = {
  mes: { tools: { read: { ...read, scopes: ['mes.read'] }, halt: { class: 'write' } } },
}
const reads = { agent: 'line', allow: [read] }
const tool = (name: string) => ({ kind: 'tool', name }) as const
const said = (small: Small, name = 'read', more: object = {}) => {
  const { decision, because } = explained(small, { ...tool(name), ...more })
  return [decision, because]
}

describe('An explanation', () => {
  test('says how each grant of the caller stands', () => {
    const about = { line: '3' }
    const grants: Small['grants'] = {
      a: { ...reads, until: '1969-01-01' },
      b: { agent: 'line', allow: [{ class: 'write' }] },
      c: { ...reads, when: 'caller.agent == "other"' },
      d: { ...reads, when: 'args.line == "4"' },
      e: { ...reads, when: 'args.nothing == "4"' },
      f: { ...reads, when: 'args.line == "3"' },
      g: reads,
      h: { ...reads, agent: 'other' },
    }
    const small = { servers: mes, grants }
    const told = explained(small, { ...tool('read'), args: about })
    assert.deepEqual([told.decision, told.because], ['permitted', 'grant f'])
    assert.deepEqual(
      told.considered.map(({ grant, verdict }) => `${grant} ${verdict}`),
      [
        'a ended 1969-01-01',
        'b does not select it',
        'c its condition is not true: caller.agent == "other"',
        'd its condition is not true: args.line == "4"',
        'e its condition fails: there is no nothing: args.nothing == "4"',
        'f permits it',
        'g permits it as well',
      ],
    )
    assert.equal(told.wouldChange, undefined)
    assert.equal(told.fallback, undefined)
    const open = explained(small, tool('read')).considered
    assert.equal(open[3]?.verdict, 'depends on the arguments: args.line == "4"')
  })

  test('says how each rule over the capability stands, whatever else refuses', () => {
    const rules: Small['rules'] = {
      a: { over: [read], deny: true, when: 'caller.agent == "other"' },
      b: { over: [read], require: 'caller.agent == "line"' },
      c: { over: [read], consumers: ['office'] },
      d: { over: [read], within: { from: '08:00', to: '18:00' } },
      e: { over: [read], require: 'args.line == "3"' },
      f: { over: [read], deny: true, when: 'args.line == "3"' },
      g: { over: [read], require: 'args.nothing == "3"' },
      h: { over: [read], deny: true },
      i: { over: [{ class: 'write' }], deny: true },
      j: { over: [read], consumers: ['floor'] },
      k: { over: [read], require: 'caller.agent == "other"' },
      l: { over: [read], deny: true, when: 'args.nothing == "3"' },
    }
    const small = { servers: mes, grants: { reads }, rules }
    const told = (args?: object) =>
      explained(small, { ...tool('read'), args }).rules.map(
        ({ rule, verdict }) => `${rule} ${verdict}`,
      )
    const fails = 'denies it, since its condition fails: there is no nothing'
    const rest = ['h denies it: nobody may', 'j is fulfilled', 'k denies it: not fulfilled']
    const first = [
      'a is not about this call',
      'b is fulfilled',
      'c denies it: not for this consumer',
      'd denies it: outside its hours',
    ]
    const known = ['e is fulfilled', 'f denies it: nobody may', `g ${fails}`, ...rest, `l ${fails}`]
    const open = ['e', 'f', 'g'].map((name) => `${name} depends on the arguments`)
    assert.deepEqual(told({ line: '3' }), [...first, ...known])
    assert.deepEqual(told(), [...first, ...open, ...rest, 'l depends on the arguments'])
    const hidden = explained({ ...small, grants: {} }, { ...tool('read'), args: { line: '3' } })
    assert.deepEqual([hidden.decision, hidden.because], ['denied', 'no grant'])
    assert.equal(hidden.rules.length, 11)
  })

  test('says what comes of a call whose arguments are not known', () => {
    const conditional = { ...reads, when: 'args.line == "3"' }
    const small: Small = { servers: mes, grants: { conditional } }
    assert.deepEqual(said(small), ['depends', 'it depends on the arguments'])
    assert.equal(explained(small, tool('read')).wouldChange, undefined)
    assert.deepEqual(said(small, 'read', { args: { line: '3' } }), [
      'permitted',
      'grant conditional',
    ])
    assert.equal(said(small, 'read', { args: { line: '4' } })[0], 'denied')
    // Whatever arguments would fulfil the condition, nothing of the agent is let through.
    assert.equal(said({ ...small, suspended: ['agent/line'] })[0], 'denied')
    // Whatever arguments would fulfil the condition, the rule denies.
    const never: Small = { ...small, rules: { never: { over: [read], deny: true } } }
    assert.deepEqual(said(never), ['denied', 'rule never: nobody may'])
    const maybe = { over: [read], require: 'args.line == "3"' }
    assert.deepEqual(said({ ...small, rules: { maybe } }), [
      'depends',
      'it depends on the arguments',
    ])
    const plain: Small = { servers: mes, grants: { reads }, rules: { maybe } }
    assert.deepEqual(said(plain), ['depends', 'it depends on the arguments'])
    assert.deepEqual(said(plain, 'read', { args: { line: '4' } }), [
      'denied',
      'rule maybe: not fulfilled',
    ])
    const both: Small = { ...plain, rules: { maybe, never: { over: [read], deny: true } } }
    assert.deepEqual(said(both), ['denied', 'rule never: nobody may'])
    const fine = { over: [read], require: 'caller.agent == "line"' }
    assert.deepEqual(said({ ...plain, rules: { fine, maybe } })[0], 'depends')
    assert.deepEqual(said({ ...small, rules: { fine } })[0], 'depends')
    const odd: Small = {
      servers: mes,
      grants: { reads },
      offered: { 'mes/tool/read': { state: 'held' } },
    }
    assert.deepEqual(said(odd)[0], 'held')
    assert.deepEqual(said({ servers: mes })[0], 'denied')
  })

  test('asks as the token that is said, with its scopes and for its user', () => {
    const small: Small = { servers: mes, grants: { reads } }
    assert.equal(said(small)[0], 'permitted')
    assert.equal(said(small, 'read', { scopes: ['mes.read'] })[0], 'permitted')
    assert.equal(said(small, 'read', { scopes: ['other'] })[0], 'denied')
    const claimed: Small = {
      servers: mes,
      grants: { a: { ...reads, when: 'caller.claims.line == "3"' } },
    }
    assert.equal(said(claimed)[0], 'denied')
    assert.equal(said(claimed, 'read', { claims: { line: '3' } })[0], 'permitted')
    const runs: Small = { servers: mes, grants: { a: { ...reads, when: 'run.id == ""' } } }
    assert.equal(said(runs)[0], 'permitted')
  })

  test('of a URI that several templates make tells of a rule over any of them as it denies', () => {
    const small: Small = {
      servers: {
        mes: { resources: { 'mes://{line}/state': read, 'mes://{+path}': read } },
      },
      grants: { reads },
      rules: { four: { over: [read], deny: true, when: 'has(args.line) && args.line == "4"' } },
    }
    const told = (name: string) => {
      const { decision, rules } = explained(small, { kind: 'resource', name })
      return [decision, ...rules.map(({ verdict }) => verdict)]
    }
    assert.deepEqual(told('mes://4/state'), ['denied', 'denies it: nobody may'])
    assert.deepEqual(told('mes://3/state'), ['permitted', 'is not about this call'])
  })

  test('names the quotas that count the call, and how much each permits', () => {
    const small: Small = {
      servers: mes,
      grants: { reads: { ...reads, quota: { minute: 60, day: 1000 } } },
      quotas: {
        all: { over: [read], per: 'agent', allow: { second: 5 } },
        writes: { over: [{ class: 'write' }], per: 'agent', allow: { second: 1 } },
      },
    }
    assert.deepEqual(explained(small, tool('read')).quotas, [
      'all: 5 per second',
      'grant/reads: 60 per minute, 1000 per day',
    ])
    assert.deepEqual(explained({ ...small, grants: {} }, tool('read')).quotas, [])
  })

  test('of a caller that there is not says which part of it there is not', () => {
    const small: Small = { servers: mes, grants: { reads }, consumers: { office: {} } }
    const of = (agent: string, consumer: string) =>
      explained(small, { ...tool('read'), client: clientId(agent, consumer) })
    assert.deepEqual(of('line', 'office'), {
      decision: 'denied',
      because: 'agent line does not act for office',
      considered: [],
      inTheWay: undefined,
      rules: [],
      quotas: [],
      fallback: undefined,
      wouldChange: undefined,
    })
    assert.equal(of('head', 'floor').because, 'no agent head')
    assert.equal(
      explained(small, { ...tool('read'), client: 'odd' as never }).because,
      'no agent odd',
    )
  })

  test('names the redacted variant that may be called instead', () => {
    const small: Small = {
      servers: {
        mes: {
          tools: {
            read: { class: 'read', labels: ['personal'] },
            less: { class: 'read', variantOf: 'read', remove: ['$.a'] },
          },
        },
      },
      grants: { reads },
      rules: { never: { over: [{ labels: ['personal'] }], deny: true } },
    }
    const { decision, fallback } = explained(small, { ...tool('read'), args: {} })
    assert.deepEqual([decision, fallback], ['denied', 'less'])
  })
})

describe('What would change an answer', () => {
  const remedy = (small: Small, name: string, more: object = {}) =>
    explained(small, { ...tool(name), ...more }).wouldChange
  const grantOf = (...lines: readonly string[]) =>
    ['apiVersion: bailiwick/v1', 'kind: Grant', 'plane: ops', ...lines, 'reason: say why', ''].join(
      '\n',
    )

  test('is a grant where there is none, or where it ended', () => {
    const wanted = grantOf(
      'name: line-mes',
      'agent: line',
      'consumer: floor',
      'allow: [{ server: mes, tools: ["read"] }]',
    )
    assert.equal(remedy({ servers: mes }, 'read'), wanted)
    const ended = { ...reads, until: '1969-01-01' }
    assert.equal(remedy({ servers: mes, grants: { ended } }, 'read'), wanted)
  })

  test('is a grant of that kind, under a name that is free', () => {
    const small: Small = {
      servers: {
        mes: {
          prompts: { greet: read },
          resources: { 'mes://a': read, 'mes://{line}/state': read },
        },
      },
      apis: { tickets: { operations: { list: read } } },
    }
    const allowed = (kind: 'prompt' | 'resource' | 'operation', name: string, server = 'mes') =>
      explained(small, { kind, name, server }).wouldChange?.match(/^allow: .*$/m)?.[0]
    assert.equal(allowed('prompt', 'greet'), 'allow: [{ server: mes, prompts: ["greet"] }]')
    assert.equal(allowed('resource', 'mes://a'), 'allow: [{ server: mes, resources: ["mes://a"] }]')
    assert.equal(
      allowed('resource', 'mes://4/state'),
      'allow: [{ server: mes, resources: ["mes://{line}/state"] }]',
    )
    assert.equal(
      allowed('operation', 'list', 'tickets'),
      'allow: [{ api: tickets, operations: ["list"] }]',
    )
    const taken = { agent: 'head', allow: [read] }
    const named = (grants: Small['grants'], agent = 'line', server = 'mes') =>
      explained(
        {
          servers: { [server]: { tools: { read } } },
          agents: { [agent]: {} },
          ...(grants && { grants }),
        },
        { ...tool('read'), server, client: clientId(agent, 'floor') },
      ).wouldChange?.match(/^name: (.*)$/m)?.[1]
    assert.equal(named({ 'line-mes': taken }), 'line-mes-2')
    assert.equal(named({ 'line-mes': taken, 'line-mes-2': taken }), 'line-mes-3')
    assert.equal(named({}, 'a-very-long-agent-name', 'server'), 'a-very-long-agent-nam')
    assert.equal(named({}, 'twenty-characters-xx', 'server'), 'twenty-characters-xx')
  })

  test('is to let it go where it is held, and to let it go on where it is suspended', () => {
    const held = { 'mes/tool/read': { state: 'held' } } as const
    assert.equal(
      remedy({ servers: mes, grants: { reads }, offered: held }, 'read'),
      'bailiwick server release ops/mes read',
    )
    assert.equal(
      remedy({ servers: mes, grants: { reads }, suspended: ['server/mes'] }, 'read'),
      'bailiwick server resume ops/mes',
    )
  })

  test('is not told where a document would have to say something else: the rule, or the grant whose condition is not true, is in the way', () => {
    const small: Small = { servers: mes, grants: { reads } }
    const inTheWay = (of: Small, name: string, more: object = {}) => {
      const told = explained(of, { ...tool(name), ...more })
      assert.equal(told.wouldChange, undefined)
      return told.inTheWay?.document
    }
    assert.match(
      inTheWay({ ...small, rules: { never: { over: [read], deny: true } } }, 'read') ?? '',
      /^apiVersion: bailiwick\/v1\nkind: Rule\nplane: ops\nname: never\n/,
    )
    const ended = { ...reads, until: '1969-01-01' }
    const untrue = { ...reads, when: 'caller.agent == "other"' }
    const about = { ...reads, when: 'args.line == "3"' }
    assert.match(
      inTheWay({ servers: mes, grants: { a: ended, b: untrue } }, 'read') ?? '',
      /^kind: Grant\nplane: ops\nname: b$/m,
    )
    assert.match(
      inTheWay({ servers: mes, grants: { a: ended, b: about } }, 'read', { args: { line: '4' } }) ??
        '',
      /^kind: Grant\nplane: ops\nname: b$/m,
    )
  })

  test('is nobody’s to say where no document and no command would; what is not published may be', () => {
    const small: Small = { servers: mes, grants: { reads } }
    assert.equal(remedy(small, 'read'), undefined)
    assert.equal(remedy(small, 'other'), undefined)
    assert.equal(remedy(small, 'read', { server: 'other' }), undefined)
    assert.equal(remedy(small, 'read', { scopes: ['other'] }), undefined)
    assert.equal(remedy(small, 'read', { client: line, args: [] }), undefined)
    const draft: Small = {
      ...small,
      servers: { mes: { ...mes?.mes, lifeCycle: 'draft' } },
    }
    assert.equal(remedy(draft, 'read'), 'bailiwick server publish ops/mes')
  })
})
