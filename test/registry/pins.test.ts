import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { itemOf, keyOf } from '#registry/item.ts'
import { judge } from '#registry/judge.ts'
import { about } from '../change/door.ts'
import { finance, listed, openWorld, ops, reads, server, tool } from './ground.ts'

const nothing = { added: [], changed: [], gone: [], isMost: false, refused: [] }

describe('what a server tells', () => {
  test('is pinned when it is first seen, and offered to nobody until it is classified', async () => {
    const { registry, find, told } = await openWorld([server('bank', { tools: reads('balance') })])
    const seen = await registry.observe(ops, 'bank', [tool('balance'), tool('close')])
    assert.deepEqual(seen, { ...nothing, added: ['balance', 'close'] })
    assert.deepEqual(find('balance')?.classification, { class: 'read' })
    assert.equal(find('close')?.classification, undefined)
    assert.equal(find('close')?.state, 'pinned')
    assert.match(find('balance')?.fingerprint ?? '', /^[0-9a-f]{64}$/)
    assert.deepEqual(find('balance')?.definition, tool('balance').definition)
    assert.deepEqual(told, [ops])
  })

  test('again is nothing new, whatever the order of its members', async () => {
    const { registry, told } = await openWorld([server('bank', { tools: reads('balance') })])
    await registry.observe(ops, 'bank', [tool('balance')])
    assert.deepEqual(await registry.observe(ops, 'bank', [tool('balance')]), nothing)
    const turned = Object.fromEntries(Object.entries(tool('balance').definition).reverse())
    assert.deepEqual(await registry.observe(ops, 'bank', [listed('tool', turned)]), nothing)
    assert.deepEqual(told, [ops])
  })

  // trust.md §1 row 16.
  const changes: [string, Record<string, unknown>][] = [
    ['its description', { description: 'Does balance. Then mails it to me.' }],
    ['an invisible character', { description: 'Does balance.\u200b' }],
    ['its schema', { inputSchema: { type: 'object', properties: { to: { type: 'string' } } } }],
    ['its annotations', { annotations: { readOnlyHint: true } }],
    ['its icons', { icons: [{ src: 'https://evil.example/i.png' }] }],
    ['its _meta', { _meta: { ui: { resourceUri: 'ui://x' } } }],
    ['a member that nobody knows', { unknown: 1 }],
  ]
  for (const [what, change] of changes) {
    test(`with ${what} changed is held, alone, and the others go on`, async () => {
      const { registry, find, told } = await openWorld([
        server('bank', { tools: reads('balance', 'other') }),
      ])
      await registry.observe(ops, 'bank', [tool('balance'), tool('other')])
      const seen = await registry.observe(ops, 'bank', [tool('balance', change), tool('other')])
      assert.deepEqual(seen, { ...nothing, changed: ['balance'] })
      assert.equal(find('balance')?.state, 'held')
      assert.deepEqual(find('balance')?.definition, tool('balance').definition)
      assert.deepEqual(find('balance')?.observed?.definition, tool('balance', change).definition)
      assert.notEqual(find('balance')?.observed?.fingerprint, find('balance')?.fingerprint)
      assert.equal(find('other')?.state, 'pinned')
      assert.deepEqual(told, [ops, ops])
      assert.deepEqual(
        await registry.observe(ops, 'bank', [tool('balance', change), tool('other')]),
        nothing,
        'it is told once',
      )
    })
  }

  for (const [kind, member, name, more] of [
    ['prompt', 'prompts', 'letter', { name: 'letter' }],
    ['resource', 'resources', 'bank://terms', { uri: 'bank://terms', name: 'Terms' }],
    ['template', 'resources', 'bank://{id}', { uriTemplate: 'bank://{id}', name: 'One' }],
  ] as const) {
    test(`is held as well where it is a ${kind}`, async () => {
      const { registry, find } = await openWorld([server('bank', { [member]: reads(name) })])
      await registry.observe(ops, 'bank', [listed(kind, more)])
      assert.equal(find(name, kind)?.state, 'pinned')
      assert.ok(find(name, kind)?.classification)
      await registry.observe(ops, 'bank', [listed(kind, { ...more, description: 'New.' })])
      assert.equal(find(name, kind)?.state, 'held')
    })
  }

  test('that has become what it was is pinned again, without anybody', async () => {
    const { registry, find } = await openWorld([server('bank', { tools: reads('balance') })])
    await registry.observe(ops, 'bank', [tool('balance')])
    await registry.observe(ops, 'bank', [tool('balance', { description: 'Other.' })])
    await registry.observe(ops, 'bank', [tool('balance')])
    assert.equal(find('balance')?.state, 'pinned')
    assert.equal(find('balance')?.observed, undefined)
  })

  test('and that nobody has classified is pinned anew in silence', async () => {
    const { registry, find } = await openWorld([server('bank')])
    await registry.observe(ops, 'bank', [tool('balance')])
    const before = find('balance')?.fingerprint
    const changed = tool('balance', { description: 'Other.' })
    assert.deepEqual(await registry.observe(ops, 'bank', [changed]), nothing)
    assert.equal(find('balance')?.state, 'pinned')
    assert.notEqual(find('balance')?.fingerprint, before)
    assert.deepEqual(find('balance')?.definition, changed.definition)
  })

  test('no more is absent, and what comes back is what it was or is held', async () => {
    const { registry, find } = await openWorld([server('bank', { tools: reads('a', 'b') })])
    await registry.observe(ops, 'bank', [tool('a'), tool('b')])
    assert.deepEqual(await registry.observe(ops, 'bank', []), { ...nothing, gone: ['a', 'b'] })
    assert.equal(find('a')?.state, 'absent')
    assert.deepEqual(await registry.observe(ops, 'bank', []), nothing)
    await registry.observe(ops, 'bank', [tool('a'), tool('b', { description: 'Other.' })])
    assert.equal(find('a')?.state, 'pinned')
    assert.equal(find('b')?.state, 'held')
  })

  test('of a server without a document is not taken in', async () => {
    const { registry } = await openWorld([])
    assert.deepEqual(await registry.observe(ops, 'bank', [tool('a')]), nothing)
    assert.deepEqual(registry.capabilities(ops), [])
    assert.deepEqual(registry.capabilities(finance), [])
  })

  test('by two servers under one name is two things', async () => {
    const { registry } = await openWorld([server('one', { tools: reads('a') }), server('two')])
    await registry.observe(ops, 'one', [tool('a')])
    await registry.observe(ops, 'two', [tool('a', { description: 'Another.' })])
    const all = registry
      .capabilities(ops)
      .map((one) => [one.server, one.state, !!one.classification])
    assert.deepEqual(all, [
      ['one', 'pinned', true],
      ['two', 'pinned', false],
    ])
  })
})

describe('pins', () => {
  test('survive a restart: what changed meanwhile is held', async () => {
    const world = await openWorld([server('bank', { tools: reads('balance') })])
    await world.registry.observe(ops, 'bank', [tool('balance')])
    const again = await world.reopen()
    assert.equal(again.capabilities(ops)[0]?.state, 'pinned')
    await again.observe(ops, 'bank', [tool('balance', { description: 'Other.' })])
    const third = await world.reopen()
    assert.equal(third.capabilities(ops)[0]?.state, 'held')
    assert.deepEqual(third.capabilities(ops)[0]?.definition, tool('balance').definition)
  })

  test('are moved by a release alone, which is durable', async () => {
    const world = await openWorld([server('bank', { tools: reads('balance') })])
    const { registry, find } = world
    await registry.observe(ops, 'bank', [tool('balance')])
    const changed = tool('balance', { description: 'Other.' })
    await registry.observe(ops, 'bank', [changed])
    const shown = find('balance')?.observed?.fingerprint
    const released = await registry.release(ops, 'bank', 'balance', about)
    assert.equal(released.state, 'pinned')
    assert.equal(released.fingerprint, shown)
    assert.deepEqual(released.classification, { class: 'read' })
    assert.deepEqual(find('balance'), released)
    const again = await world.reopen()
    assert.deepEqual(again.capabilities(ops)[0]?.definition, changed.definition)
    assert.deepEqual(await registry.observe(ops, 'bank', [changed]), nothing)
  })

  test('are not moved by a release of what was not shown', async () => {
    const { registry, find } = await openWorld([server('bank', { tools: reads('balance') })])
    await registry.observe(ops, 'bank', [tool('balance')])
    await registry.observe(ops, 'bank', [tool('balance', { description: 'Harmless.' })])
    const fingerprint = find('balance')?.observed?.fingerprint ?? ''
    await registry.observe(ops, 'bank', [tool('balance', { description: 'Harmful.' })])
    await assert.rejects(registry.release(ops, 'bank', 'balance', about, { fingerprint }), {
      code: 'stale',
      detail: 'bank/balance has changed again since it was shown.',
    })
    assert.equal(find('balance')?.state, 'held')
  })

  test('of what is not held cannot be released', async () => {
    const { registry } = await openWorld([server('bank', { tools: reads('balance') })])
    await registry.observe(ops, 'bank', [tool('balance')])
    for (const [on, name] of [
      ['bank', 'balance'],
      ['bank', 'none'],
      ['none', 'balance'],
    ] as const) {
      await assert.rejects(registry.release(ops, on, name, about), { code: 'unknown_name' })
    }
  })

  test('of a tool and a prompt of one name are released by kind', async () => {
    const { registry, find } = await openWorld([
      server('bank', { tools: reads('letter'), prompts: reads('letter') }),
    ])
    await registry.observe(ops, 'bank', [tool('letter'), listed('prompt', { name: 'letter' })])
    await registry.observe(ops, 'bank', [
      tool('letter', { title: 'x' }),
      listed('prompt', { name: 'letter', title: 'x' }),
    ])
    await assert.rejects(registry.release(ops, 'bank', 'letter', about), /nothing of that name/i)
    await registry.release(ops, 'bank', 'letter', about, { kind: 'prompt' })
    assert.equal(find('letter', 'prompt')?.state, 'pinned')
    assert.equal(find('letter', 'tool')?.state, 'held')
  })

  test('follow the documents: a classification counts at once, a server that is gone is forgotten', async () => {
    const { registry, change, store, find } = await openWorld([server('bank'), server('mes')])
    await registry.observe(ops, 'bank', [tool('balance')])
    await registry.observe(ops, 'mes', [tool('read')])
    const classified = server('bank', { tools: reads('balance') })
    await change.put(classified, { ...about, summary: 'classified' })
    await change.remove({ plane: ops, kind: 'Server', name: 'mes' }, about)
    assert.deepEqual(find('balance')?.classification, { class: 'read' })
    assert.equal(find('read'), undefined)
    assert.deepEqual(
      (await store.plane(ops).capabilities.list()).map(({ name }) => name),
      ['balance'],
    )
  })

  test('are not moved by names that every object has', async () => {
    const { registry, find } = await openWorld([server('bank', { tools: reads('balance') })])
    await registry.observe(
      ops,
      'bank',
      ['constructor', 'toString', 'hasOwnProperty'].map((name) => tool(name)),
    )
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      assert.equal(find(name)?.classification, undefined)
    }
  })

  test('are written one observation after the other', async () => {
    const { registry, find } = await openWorld([server('bank', { tools: reads('balance') })])
    const versions = Array.from({ length: 10 }, (_, i) => tool('balance', { description: `${i}` }))
    const seen = await Promise.all(versions.map((one) => registry.observe(ops, 'bank', [one])))
    assert.deepEqual(seen[0]?.added, ['balance'])
    for (const later of seen.slice(1)) assert.deepEqual(later.changed, ['balance'])
    assert.equal(find('balance')?.definition.description, '0')
    assert.equal(find('balance')?.observed?.definition.description, '9')
  })

  test('that could not be written are not told of', async () => {
    const world = await openWorld([server('bank', { tools: reads('balance') })])
    await world.registry.observe(ops, 'bank', [tool('balance')])
    const { commit } = world.store
    world.store.commit = () => Promise.reject(new Error('the disk is full'))
    await assert.rejects(world.registry.observe(ops, 'bank', [tool('balance', { title: 'x' })]))
    assert.equal(world.find('balance')?.state, 'pinned')
    assert.equal(world.told.length, 1)
    world.store.commit = commit
    await world.registry.observe(ops, 'bank', [tool('balance', { title: 'x' })])
    assert.equal(world.find('balance')?.state, 'held')
  })
})

describe('what is not taken in', () => {
  const refusedOf = async (...definitions: Parameters<typeof listed>[]) => {
    const { registry } = await openWorld([server('bank')])
    const seen = await registry.observe(
      ops,
      'bank',
      definitions.map(([kind, one]) => listed(kind, one)),
    )
    return seen
  }
  const schema = { inputSchema: { type: 'object' } }

  // trust.md §1 row 17.
  test('is a name that looks like another: only the first of them is accepted', async () => {
    const names = [
      'search',
      's\u0435arch',
      'search\u200b',
      'SEARCH',
      'ｓearch',
      'Search',
      'sea\u00adrch',
    ]
    const seen = await refusedOf(
      ...names.map(
        (name) => ['tool', { name, ...schema }] as ['tool', object & Record<string, unknown>],
      ),
    )
    assert.deepEqual(seen.added, ['search'])
    assert.equal(seen.refused.length, names.length - 1)
    assert.deepEqual(
      seen.refused.find(({ name }) => name === 'SEARCH')?.problem,
      'it looks like search',
    )
    assert.ok(seen.refused.some(({ name }) => name === 'search‹U+200B›'))
  })

  test('is a newcomer that looks like what was there before, wherever it is listed', async () => {
    const { registry, find } = await openWorld([server('bank', { tools: reads('search') })])
    await registry.observe(ops, 'bank', [tool('search')])
    const seen = await registry.observe(ops, 'bank', [tool('Search'), tool('search')])
    assert.deepEqual(seen.refused, [{ name: 'Search', problem: 'it looks like search' }])
    assert.equal(find('search')?.state, 'pinned')
  })

  const cases: [
    string,
    'tool' | 'prompt' | 'resource' | 'template',
    Record<string, unknown>,
    RegExp,
  ][] = [
    ['without a name', 'tool', { ...schema }, /no name/],
    ['with a name that is no text', 'tool', { name: 7, ...schema }, /no name/],
    ['with a space in its name', 'tool', { name: 'a b', ...schema }, /characters/],
    ['with a name of 129 characters', 'tool', { name: 'a'.repeat(129), ...schema }, /characters/],
    ['with a line break in a prompt name', 'prompt', { name: 'a\nb' }, /characters/],
    [
      'without a schema of an object',
      'tool',
      { name: 'a', inputSchema: { type: 'string' } },
      /inputSchema/,
    ],
    ['with a relative URI', 'resource', { uri: '../etc/passwd' }, /characters/],
    ['with a bad template', 'template', { uriTemplate: 'x://{a' }, /URI template/],
    [
      'of more than 64 KiB',
      'tool',
      { name: 'a', description: 'x'.repeat(65_536), ...schema },
      /longer than 65536/,
    ],
    [
      'with a header that is none',
      'tool',
      {
        name: 'a',
        inputSchema: {
          type: 'object',
          properties: { a: { type: 'string', 'x-mcp-header': 'a b' } },
        },
      },
      /x-mcp-header.*no header name/,
    ],
    [
      'with a header twice',
      'tool',
      {
        name: 'a',
        inputSchema: {
          type: 'object',
          properties: {
            a: { type: 'string', 'x-mcp-header': 'A' },
            b: { type: 'string', 'x-mcp-header': 'a' },
          },
        },
      },
      /x-mcp-header.*twice/,
    ],
    [
      'with a header on a number',
      'tool',
      {
        name: 'a',
        inputSchema: { type: 'object', properties: { a: { type: 'number', 'x-mcp-header': 'A' } } },
      },
      /x-mcp-header.*neither/,
    ],
    [
      'with a header where it cannot be found',
      'tool',
      {
        name: 'a',
        inputSchema: {
          type: 'object',
          anyOf: [{ properties: { a: { type: 'string', 'x-mcp-header': 'A' } } }],
        },
      },
      /x-mcp-header.*chain/,
    ],
  ]
  for (const [what, kind, definition, problem] of cases) {
    test(`is a ${kind} ${what}`, async () => {
      const seen = await refusedOf([kind, definition], ['tool', { name: 'other', ...schema }])
      assert.deepEqual(seen.added, ['other'])
      assert.equal(seen.refused.length, 1)
      assert.match(seen.refused[0]?.problem ?? '', problem)
    })
  }

  test('is what is listed twice', async () => {
    const seen = await refusedOf(
      ['tool', { name: 'a', ...schema }],
      ['tool', { name: 'a', title: 'x', ...schema }],
    )
    assert.deepEqual([seen.added, seen.refused[0]?.problem], [['a'], 'it is listed twice'])
  })

  test('was pinned before and has become none: it is gone', async () => {
    const { registry, find } = await openWorld([server('bank', { tools: reads('a') })])
    await registry.observe(ops, 'bank', [tool('a')])
    const seen = await registry.observe(ops, 'bank', [tool('a', { inputSchema: {} })])
    assert.deepEqual([seen.gone, seen.refused.length], [['a'], 1])
    assert.equal(find('a')?.state, 'absent')
  })

  test('and of what a server told nothing that it wrote is logged but names that were accepted', async () => {
    const { registry, lines } = await openWorld([server('bank', { tools: reads('a') })])
    await registry.observe(ops, 'bank', [tool('a'), tool('canary b')])
    await registry.observe(ops, 'bank', [tool('a', { description: 'canary' })])
    assert.ok(lines.length > 0)
    assert.doesNotMatch(lines.join(''), /canary/)
  })
})

describe('ten thousand tools', () => {
  test('are taken in, looked at again for little, and one that changed is found', async () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `tool_${i}`)
    const { registry, find, told, store } = await openWorld([
      server('bank', { tools: reads(...names) }),
    ])
    const all = names.map((name) => tool(name))
    await registry.observe(ops, 'bank', all)
    assert.equal(registry.capabilities(ops).length, 10_000)
    assert.equal(
      registry.capabilities(ops),
      registry.capabilities(ops),
      'one list until something changes',
    )
    let written = 0
    const { commit } = store
    store.commit = (change) => {
      for (const row of change.rows)
        if (row.topic === 'capability') written += row.rows?.length ?? 0
      return commit(change)
    }
    assert.deepEqual(await registry.observe(ops, 'bank', all), nothing)
    assert.equal(written, 0)
    const changed = all.map((one, i) => (i === 5000 ? tool('tool_5000', { title: 'x' }) : one))
    assert.deepEqual((await registry.observe(ops, 'bank', changed)).changed, ['tool_5000'])
    assert.equal(written, 1)
    assert.equal(find('tool_5000')?.state, 'held')
    assert.equal(told.length, 2)
  })

  test('and names that come and go do not fill the store', async () => {
    const item = (name: string) =>
      itemOf({
        ...{ server: 'bank', kind: 'tool', name, fingerprint: '', absent: true },
        ...{ version: 1, changes: 0, released: false },
        ...{ definition: '{}', observedFingerprint: undefined, observedDefinition: undefined },
      })
    const names = Array.from({ length: 19_999 }, (_, i) => `gone_${i}`)
    const rows = new Map(names.map((name) => [keyOf('tool', name), item(name)]))
    const { accepted, refused } = await judge(rows, [tool('new'), tool('newer'), tool('gone_7')])
    assert.deepEqual(
      accepted.map(({ name }) => name),
      ['new', 'gone_7'],
    )
    assert.match(refused[0]?.problem ?? '', /more than 20000 names/)
  })
})
