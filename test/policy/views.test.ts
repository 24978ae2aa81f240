import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type CapabilityKind, capabilityKinds } from '#domain/capability.ts'
import { clientId } from '#domain/name.ts'
import { snapshotOf } from '#policy/compile.ts'
import type { CallerView, Decision, Question } from '#policy/policy.ts'
import { compiledOf, type Small, viewOf, whoOf } from './small.ts'

const read = { class: 'read' } as const
const write = { class: 'write' } as const
const reads = { agent: 'line', allow: [read] }
const mes: Small['servers'] = { mes: { tools: { read, write } } }

const told = (decision: Decision | undefined) => {
  if (!decision) return undefined
  if (decision.permitted) return decision.permission.grant
  const { refusal } = decision
  return 'because' in refusal ? refusal.because : refusal.reason
}
const ask = (view: CallerView, name: string, more: Partial<Question> = {}, now = 0) =>
  told(view.decide({ server: 'mes', kind: 'tool', name, args: {}, ...more }, now))
const listed = (view: CallerView, server = 'mes', now = 0) =>
  capabilityKinds.flatMap((kind) => view.list(server, kind, now).map(({ name }) => name))

describe('A caller', () => {
  test('is an agent that acts for that consumer, with its groups and its own grants', () => {
    const small: Small = {
      servers: mes,
      agents: { head: { consumers: ['floor', 'office'] } },
      consumers: { office: {} },
      groups: { a: { agents: ['head', 'line'] }, b: { agents: ['head'] } },
      grants: {
        own: { agent: 'head', allow: [read] },
        shared: { group: 'b', allow: [write] },
        other: { group: 'a', consumer: 'office', allow: [write] },
        both: { group: 'a', allow: [write] },
      },
    }
    const snapshot = snapshotOf(compiledOf(small))
    const grantsOf = (agent: string, consumer: string) =>
      snapshot.caller(whoOf({ client: clientId(agent, consumer) }))?.grants
    assert.deepEqual(grantsOf('head', 'floor'), ['both', 'own', 'shared'])
    assert.deepEqual(grantsOf('head', 'office'), ['other'])
    assert.deepEqual(grantsOf('line', 'floor'), ['both'])
    assert.equal(grantsOf('line', 'office'), undefined)
    assert.equal(grantsOf('nobody', 'floor'), undefined)
    assert.equal(grantsOf('head', 'nobody'), undefined)
    assert.equal(snapshot.caller(whoOf({ client: 'odd' as never })), undefined)
    const view = snapshot.caller(whoOf({ client: clientId('head', 'floor'), user: 'bob' }))
    assert.deepEqual(
      [view?.plane, view?.client, view?.agent, view?.consumer, view?.user, view?.revision],
      ['ops', 'head@floor', 'head', 'floor', 'bob', 2],
    )
    const gone: Small = { ...small, agents: { head: { consumers: ['office'] } } }
    assert.equal(
      snapshotOf(compiledOf(gone)).caller(whoOf({ client: clientId('head', 'floor') })),
      undefined,
    )
  })

  test('is known to conditions by what the documents and its token say of it', () => {
    const facts = [
      'caller.agent == "line" && caller.client == "line@floor" && caller.owner == "alice"',
      'caller.groups == ["a", "b"] && caller.claims.line == "3"',
      'consumer.name == "floor" && consumer.owner == ""',
      'user.name == "bob"',
      'item.name == "mes" && item.kind == "server" && item.owner == "o"',
      'item.labels == ["x", "y", "l", "d"] && item.class == "read" && item.capability == "read"',
      'run.id == "run_7" && now == timestamp("1970-01-01T00:00:00.007Z")',
      'args.line == "4"',
    ]
    const small = (when: string): Small => ({
      servers: {
        mes: {
          labels: ['x'],
          data: ['y'],
          tools: { read: { ...read, labels: ['l'], data: ['d'] } },
        },
      },
      agents: { line: { claims: { line: '3' } } },
      groups: { a: { agents: ['line'] }, b: { agents: ['line'] } },
      grants: { g: { ...reads, when } },
    })
    for (const when of facts) {
      const view = viewOf(small(when), { user: 'bob' })
      assert.equal(ask(view, 'read', { args: { line: '4' } }, 7), 'g', when)
    }
    assert.equal(ask(viewOf(small('user == null')), 'read'), 'g')
    const owned: Small = {
      ...small('consumer.owner == "deniz"'),
      consumers: { floor: { owner: 'deniz' } },
    }
    assert.equal(ask(viewOf(owned), 'read'), 'g')
    const bare: Small = {
      servers: mes,
      grants: {
        g: { ...reads, when: 'item.labels == [] && caller.groups == [] && caller.claims == {}' },
      },
    }
    assert.equal(ask(viewOf(bare), 'read'), 'g')
    const api: Small = {
      apis: { mes: { operations: { list: read } } },
      grants: { g: { ...reads, when: 'item.kind == "api"' } },
    }
    assert.equal(ask(viewOf(api), 'list', { kind: 'operation' }), 'g')
  })

  test('is known by what another issuer tells of it, in the place of what its document says', () => {
    const small = (when: string): Small => ({
      servers: mes,
      agents: { line: { claims: { line: '3', level: 'low' } } },
      grants: { g: { ...reads, when } },
    })
    const claims = { level: 'high', site: undefined, line: undefined }
    const asked = (when: string, who: object) => ask(viewOf(small(when), who), 'read')
    assert.equal(asked('caller.claims == {"line": "3", "level": "low"}', {}), 'g')
    assert.equal(asked('caller.claims == {"level": "high"}', { claims }), 'g')
    // What it is to tell and does not is not there, whatever the document says.
    assert.equal(asked('has(caller.claims.line)', { claims }), 'condition not met')
    assert.equal(asked('caller.acr == ""', {}), 'g')
    assert.equal(asked('caller.acr == "gold"', { acr: 'gold' }), 'g')
  })

  test('has of the scopes that its grants imply those that its token carries', () => {
    const small: Small = {
      servers: {
        mes: {
          tools: {
            read: { ...read, scopes: ['mes.read', 'mes.all'] },
            write: { ...write, scopes: ['mes.write'] },
          },
        },
      },
      grants: { g: { ...reads, when: 'caller.scopes == ["mes.read"]' } },
    }
    assert.equal(ask(viewOf(small), 'read'), 'condition not met')
    assert.equal(
      ask(viewOf(small, { scopes: new Set(['mes.read', 'mes.write', 'x']) }), 'read'),
      'scope',
    )
    const all: Small = {
      ...small,
      grants: { g: { ...reads, when: 'caller.scopes == ["mes.read", "mes.all"]' } },
    }
    assert.equal(ask(viewOf(all), 'read'), 'g')
  })

  test('is stopped by the widest suspension that it is under', () => {
    const small = (...suspended: readonly string[]): Small => ({
      servers: mes,
      grants: { reads },
      of: { owner: 'plane-owner' },
      consumers: { floor: { owner: 'floor-owner' } },
      suspended,
    })
    const owner = (one: Small, user?: string) => {
      const decision = viewOf(one, { user }).decide(
        { server: 'mes', kind: 'tool', name: 'read', args: {} },
        0,
      )
      return decision.permitted || decision.refusal.reason !== 'suspended'
        ? undefined
        : [decision.refusal.suspension.kind, decision.refusal.owner, decision.capability?.name]
    }
    assert.deepEqual(owner(small('plane/ops', 'agent/line')), ['plane', 'plane-owner', 'read'])
    assert.deepEqual(owner(small('consumer/floor', 'agent/line')), [
      'consumer',
      'floor-owner',
      'read',
    ])
    assert.deepEqual(owner(small('agent/line')), ['agent', 'alice', 'read'])
    assert.deepEqual(owner(small('user/bob'), 'bob'), ['user', 'plane-owner', 'read'])
    assert.equal(owner(small('user/bob')), undefined)
    assert.equal(owner(small('user/undefined')), undefined)
    assert.deepEqual(owner(small('server/mes')), ['server', 'o', 'read'])
    const view = viewOf(small('agent/line', 'server/mes'))
    assert.deepEqual(listed(view), [])
    assert.equal(view.suspension(undefined)?.kind, 'agent')
    assert.equal(view.suspension('mes')?.kind, 'agent')
    const server = viewOf(small('server/mes'))
    assert.equal(server.suspension(undefined), undefined)
    assert.equal(server.suspension('mes')?.kind, 'server')
    assert.equal(server.suspension('other'), undefined)
    assert.equal(
      told(view.decide({ server: 'other', kind: 'tool', name: 'read', args: {} }, 0)),
      'suspended',
    )
  })
})

describe('What is listed', () => {
  test('is what is pinned, granted, and held by nothing', () => {
    const small: Small = {
      servers: {
        mes: { tools: { a: read, b: read, c: read, d: write, e: read } },
        other: { tools: { a: write } },
      },
      grants: { reads },
      offered: {
        'mes/tool/b': { state: 'held' },
        'mes/tool/c': { state: 'absent' },
        'mes/tool/f': {},
      },
      suspended: ['capability/mes/tool/e'],
    }
    const view = viewOf(small)
    assert.deepEqual(listed(view), ['a'])
    assert.deepEqual(listed(view, 'other'), [])
    assert.deepEqual(listed(view, 'nowhere'), [])
    assert.equal(ask(view, 'b'), 'definition changed')
    assert.equal(ask(view, 'c'), 'no such capability')
    assert.equal(ask(view, 'd'), 'no grant')
    assert.equal(ask(view, 'e'), 'suspended')
    assert.equal(ask(view, 'f'), 'unclassified')
    assert.equal(ask(view, 'g'), 'no such capability')
    assert.equal(ask(view, 'a', { server: 'nowhere' }), 'no such server')
  })

  test('follows a condition about the caller, and hides nothing for one about the call', () => {
    const small = (when: string): Small => ({
      servers: { mes: { tools: { a: read, b: { ...read, labels: ['x'] } } } },
      grants: { g: { ...reads, when } },
    })
    assert.deepEqual(listed(viewOf(small('caller.agent == "line"'))), ['a', 'b'])
    assert.deepEqual(listed(viewOf(small('caller.agent == "other"'))), [])
    assert.deepEqual(listed(viewOf(small('args.line == "3"'))), ['a', 'b'])
    assert.deepEqual(listed(viewOf(small('uri == "3"'))), ['a', 'b'])
    assert.deepEqual(listed(viewOf(small('"x" in item.labels'))), ['b'])
    assert.deepEqual(listed(viewOf(small('!("x" in item.labels)'))), ['a'])
    assert.equal(viewOf(small('caller.agent == "other"')).sees('mes', 0), false)
    assert.equal(viewOf(small('"x" in item.labels')).sees('mes', 0), true)
  })

  test('ends with its grant, to the millisecond', () => {
    const until = '1970-01-01T00:00:01Z'
    const small: Small = {
      servers: mes,
      grants: {
        c: { ...reads, until },
        b: { ...reads, allow: [write], until: '1970-01-01T00:00:02Z' },
      },
    }
    const view = viewOf(small)
    assert.deepEqual(
      [0, 999, 1000, 2000].map((now) => listed(view, 'mes', now).length),
      [2, 2, 1, 0],
    )
    assert.deepEqual(
      [999, 1000].map((now) => ask(view, 'read', {}, now)),
      ['c', 'grant ended'],
    )
    assert.deepEqual(
      [-5, 999, 1000, 1999, 2000, 3000].map((now) => view.endsAfter(now)),
      [1000, 1000, 2000, 2000, Infinity, Infinity],
    )
    assert.deepEqual(
      [0, 1999, 2000].map((now) => view.sees('mes', now)),
      [true, true, false],
    )
    assert.equal(viewOf({ servers: mes, grants: { reads } }).endsAfter(0), Infinity)
    assert.equal(viewOf({ servers: mes }).endsAfter(0), Infinity)
  })

  test('is of servers that are published or deprecated, in order', () => {
    const cycles = ['draft', 'review', 'published', 'deprecated', 'retired'] as const
    const servers = Object.fromEntries(
      cycles.toReversed().map((lifeCycle) => [lifeCycle, { lifeCycle, tools: { read } }]),
    )
    const view = viewOf({ servers: { ...servers, mes: { tools: { write } } }, grants: { reads } })
    assert.deepEqual(view.servers(0), ['deprecated', 'published'])
    assert.deepEqual(
      cycles.map((name) => listed(view, name).length),
      [0, 0, 1, 1, 0],
    )
    assert.deepEqual(
      cycles.map((name) => ask(view, 'read', { server: name })),
      ['not published', 'not published', 'reads', 'reads', 'not published'],
    )
    assert.deepEqual(
      cycles.map((name) => view.isDeprecated(name)),
      [false, false, false, true, false],
    )
    assert.equal(view.isDeprecated('nowhere'), false)
  })

  test('makes a server seen while it is held or suspended, and not when it is gone', () => {
    const small = (state: 'pinned' | 'held' | 'absent'): Small => ({
      servers: { mes: { tools: { read } } },
      grants: { reads },
      offered: { 'mes/tool/read': { state } },
      suspended: ['server/mes'],
    })
    assert.deepEqual(
      (['pinned', 'held', 'absent'] as const).map((state) => viewOf(small(state)).sees('mes', 0)),
      [true, true, false],
    )
    assert.equal(viewOf(small('pinned')).sees('nowhere', 0), false)
    const elsewhere: Small = {
      servers: { mes: { tools: { read } }, other: { tools: { read } } },
      grants: { g: { agent: 'line', allow: [{ server: 'other' }] } },
    }
    assert.deepEqual(viewOf(elsewhere).servers(0), ['other'])
    assert.deepEqual(listed(viewOf(elsewhere)), [])
  })
})

describe('A URI', () => {
  const narrow = 'mes://{line}/state'
  const wide = 'mes://{+path}'
  const exact = 'mes://4/state'
  const small = (more: Small = {}): Small => ({
    servers: { mes: { resources: { [narrow]: read, [wide]: read, [exact]: write } } },
    grants: { reads },
    ...more,
  })
  const uri = (one: Small, name: string, kind: CapabilityKind = 'resource') => {
    const decision = viewOf(one).decide({ server: 'mes', kind, name, args: undefined }, 0)
    return [told(decision), decision.capability?.name]
  }

  test('is the resource of that name, else of whichever template makes it and is permitted', () => {
    assert.deepEqual(uri(small(), exact), ['no grant', exact])
    assert.deepEqual(uri(small(), 'mes://3/state'), ['reads', wide])
    assert.deepEqual(uri(small(), 'mes://3'), ['reads', wide])
    assert.deepEqual(uri(small(), 'other://3'), ['no such capability', undefined])
    const one: Small = {
      servers: { mes: { resources: { [narrow]: read, [wide]: write } } },
      grants: { reads },
    }
    assert.deepEqual(uri(one, 'mes://3/state'), ['reads', narrow])
    assert.deepEqual(uri(one, 'mes://3'), ['no grant', wide])
    const held: Small = { ...one, offered: { [`mes/template/${narrow}`]: { state: 'held' } } }
    assert.deepEqual(uri(held, 'mes://3/state'), ['definition changed', narrow])
    assert.deepEqual(uri({ ...one, grants: {} }, 'mes://3/state'), ['no grant', wide])
  })

  test('of a completion is a template by its name, or by a URI that it makes', () => {
    const view = viewOf(small())
    const complete = (name: string) => ask(view, name, { kind: 'template', args: undefined })
    assert.equal(complete(narrow), 'reads')
    assert.equal(complete('mes://3/state'), 'reads')
    assert.equal(complete('other'), 'no such capability')
    assert.equal(ask(view, 'mes://3/state', { kind: 'tool' }), 'no such capability')
    assert.equal(ask(view, 'mes://3/state', { kind: 'prompt' }), 'no such capability')
  })

  test('is under the rules, quotas and suspensions of each template that makes it', () => {
    const over = [{ resources: [narrow] }]
    const granted = { agent: 'line', allow: [read, write] }
    const ruled = small({ grants: { granted }, rules: { never: { over, deny: true } } })
    assert.equal(uri(ruled, exact)[0], 'nobody may')
    assert.equal(uri(ruled, 'mes://3')[0], 'granted')
    const conditional = { over, deny: true, when: 'has(args.line) && args.line == "4"' } as const
    const about = small({ grants: { granted }, rules: { about: conditional } })
    assert.equal(uri(about, exact)[0], 'nobody may')
    assert.equal(uri(about, 'mes://3/state')[0], 'granted')
    const suspended = small({
      grants: { granted },
      suspended: [`capability/mes/template/${narrow}`],
    })
    assert.equal(uri(suspended, exact)[0], 'suspended')
    assert.equal(uri(suspended, 'mes://3')[0], 'granted')
    const bound = { per: 'agent', allow: { minute: 1 } } as const
    const quotas = { narrow: { over, ...bound }, wide: { over: [{ resources: [wide] }], ...bound } }
    const counted = (name: string) => {
      const limited = small({ grants: { granted: { ...granted, quota: { day: 5 } } }, quotas })
      const decision = viewOf(limited).decide(
        { server: 'mes', kind: 'resource', name, args: undefined },
        0,
      )
      return decision.permitted && decision.quotas.map((one) => one.name)
    }
    assert.deepEqual(counted(exact), ['wide', 'narrow', 'grant/granted'])
    assert.deepEqual(counted('mes://3/state'), ['wide', 'narrow', 'grant/granted'])
    assert.deepEqual(counted('mes://3'), ['wide', 'grant/granted'])
  })

  test('is what a condition asks about, with the variables of the template', () => {
    const when = (condition: string) => ({ grants: { g: { ...reads, when: condition } } })
    const only = (condition: string): Small => ({
      servers: { mes: { resources: { [narrow]: read } } },
      ...when(condition),
    })
    assert.equal(uri(only('args.line == "3"'), 'mes://3/state')[0], 'g')
    assert.equal(uri(only('uri == "mes://3/state"'), 'mes://3/state')[0], 'g')
    assert.equal(uri(only('args.line == "4"'), 'mes://3/state')[0], 'condition')
    const fixed: Small = {
      servers: { mes: { resources: { 'mes://a': read } } },
      ...when('args == {} && uri == "mes://a"'),
    }
    assert.equal(uri(fixed, 'mes://a')[0], 'g')
    // A completion says nothing of the arguments: what depends on them is not permitted.
    assert.equal(uri(only('args.line == "3"'), narrow, 'template')[0], 'condition')
    const view = viewOf(only('args.line == "3"'))
    assert.equal(ask(view, narrow, { kind: 'template', args: { line: '3' } }), 'g')
    assert.equal(ask(view, narrow, { kind: 'template', args: ['3'] }), 'condition')
  })

  test('is answered for by what was called: the capability, what makes it, what it is a variant of', () => {
    const called = (kind: CapabilityKind, name: string, one = small(), server = 'mes') =>
      viewOf(one)
        .called({ server, kind, name })
        .map((other) => other.name)
    assert.deepEqual(called('resource', exact), [exact])
    assert.deepEqual(called('resource', 'mes://3/state'), [wide, narrow])
    assert.deepEqual(called('template', narrow), [narrow])
    assert.deepEqual(called('template', 'mes://3/state'), [wide, narrow])
    assert.deepEqual(called('tool', 'mes://3/state'), [])
    assert.deepEqual(called('resource', exact, small(), 'other'), [])
    const indexed: Small = {
      servers: { mes: { resources: { [narrow]: { ...read, index: ['line'] }, [exact]: read } } },
    }
    assert.deepEqual(called('resource', exact, indexed), [exact, narrow])
    const variant: Small = {
      servers: { mes: { tools: { read, less: { ...read, variantOf: 'read', remove: ['$.a'] } } } },
    }
    assert.deepEqual(called('tool', 'less', variant), ['less', 'read'])
    assert.deepEqual(called('tool', 'read', variant), ['read'])
  })

  test('that is refused names the redacted variant that the same arguments make', () => {
    const less = 'less://{line}/state'
    const personal = { ...read, labels: ['personal'] }
    const rules = { never: { over: [{ labels: ['personal'] }], deny: true as const } }
    const resources = {
      [narrow]: personal,
      [less]: { ...read, variantOf: narrow, remove: ['$.a'] },
    }
    const fallback = (one: Small, question: Partial<Question> = {}) => {
      const decision = viewOf(one).decide(
        { server: 'mes', kind: 'resource', name: 'mes://3/state', args: undefined, ...question },
        0,
      )
      return decision.permitted || !('fallback' in decision.refusal)
        ? 'none'
        : decision.refusal.fallback
    }
    const redacted: Small = { servers: { mes: { resources } }, grants: { reads }, rules }
    assert.equal(fallback(redacted), 'less://3/state')
    assert.equal(
      fallback({ ...redacted, suspended: [`capability/mes/template/${less}`] }),
      undefined,
    )
    // Another capability that takes the name is not the variant.
    const shadowed: Small = {
      ...redacted,
      servers: { mes: { resources: { ...resources, 'less://3/state': read } } },
    }
    assert.equal(fallback(shadowed), undefined)
    const tools = { read: personal, less: { ...read, variantOf: 'read', remove: ['$.a'] } }
    const called: Small = { servers: { mes: { tools } }, grants: { reads }, rules }
    assert.equal(fallback(called, { kind: 'tool', name: 'read', args: {} }), 'less')
    assert.equal(fallback(called, { kind: 'tool', name: 'read' }), undefined)
    assert.equal(
      fallback({ ...called, grants: {} }, { kind: 'tool', name: 'read', args: {} }),
      'none',
    )
  })

  test('a suspended base takes its variants with it', () => {
    const tools = { read, less: { ...read, variantOf: 'read', remove: ['$.a'] } }
    const one: Small = {
      servers: { mes: { tools } },
      grants: { reads },
      suspended: ['capability/mes/tool/read'],
    }
    assert.equal(ask(viewOf(one), 'less'), 'suspended')
    const other: Small = { ...one, suspended: ['capability/mes/tool/less'] }
    assert.equal(ask(viewOf(other), 'read'), 'reads')
  })
})

describe('A caller with grants of several items', () => {
  const small: Small = {
    servers: { mes: { tools: { read } }, other: { tools: { read } }, third: { tools: { read } } },
    apis: { archive: { operations: { list: read } } },
    grants: {
      one: { agent: 'line', allow: [{ server: 'mes' }] },
      two: { agent: 'line', allow: [{ server: 'other' }, { api: 'archive' }] },
    },
  }

  test('meets each of them and no more, in order of name, servers beside APIs', () => {
    const view = viewOf(small)
    assert.deepEqual(view.servers(0), ['archive', 'mes', 'other'])
    assert.deepEqual(
      ['mes', 'other', 'third'].map((server) => view.list(server, 'tool', 0).length),
      [1, 1, 0],
    )
  })
})
