import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { BadDocuments } from '#change/problem.ts'
import type { Document } from '#domain/documents.ts'
import { clientId, planeId } from '#domain/name.ts'
import { startClaims } from '../gateway/claims.ts'
import { type Here, startHere } from '../gateway/watched.ts'

const ops = planeId('ops')
const document = (kind: string, ...lines: string[]) =>
  ['apiVersion: bailiwick/v1', `kind: ${kind}`, ...lines, ''].join('\n')
const inOps = (kind: string, name: string, ...lines: string[]) =>
  document(kind, 'plane: ops', `name: ${name}`, ...lines)

describe('What is written is judged before it stands', () => {
  let claims: Awaited<ReturnType<typeof startClaims>>
  let here: Here

  const all = (...more: string[]) =>
    [
      document('Plane', 'name: ops'),
      inOps('Consumer', 'workplace-ai'),
      inOps(
        'Agent',
        'adjuster',
        'owner: alice',
        'consumers: [workplace-ai]',
        'claims: { line: "3" }',
      ),
      inOps('Agent', 'helper', 'owner: alice', 'consumers: [workplace-ai]'),
      inOps('AgentGroup', 'floor', 'agents: [adjuster]'),
      inOps(
        'Server',
        'claims',
        'owner: claims-team',
        `upstream: { url: "${claims.url}" }`,
        'tools:',
        '  record_read: { class: read }',
        '  note_write: { class: destructive }',
      ),
      ...more,
    ].join('---\n')
  const grant = (name: string, ...lines: string[]) =>
    inOps('Grant', name, 'agent: adjuster', 'consumer: workplace-ai', 'reason: a test', ...lines)
  const onRecords = 'allow: [{ server: claims, tools: [record_read] }]'

  before(async () => {
    claims = await startClaims()
    here = await startHere(all())
  })
  after(async () => {
    await here?.stop()
    claims?.stop()
  })

  const problems = async (doing: Promise<unknown>) => {
    const before = here.installation.change.current().revision
    const thrown = await doing.then(
      () => assert.fail('it was taken'),
      (thrown: unknown) => thrown,
    )
    assert.ok(thrown instanceof BadDocuments, String(thrown))
    assert.equal(here.installation.change.current().revision, before, 'nothing was changed')
    return thrown.problems
  }

  describe('a condition', () => {
    test('that speaks of an argument that there is none of is refused, with its place and what was meant', async () => {
      const text = all(grant('line', onRecords, 'when: args.lin == caller.claims.line'))
      const [problem, ...others] = await problems(here.apply(text))
      assert.deepEqual(others, [])
      assert.equal(problem?.code, 'bad condition')
      assert.match(
        problem?.message ?? '',
        /^Grant line: when.*: claims\/record_read has no argument lin; did you mean line\?$/,
      )
      const lines = text.split('\n')
      assert.match(lines[(problem?.line ?? 0) - 1] ?? '', /^when: args\.lin/)
      assert.equal(problem?.column, 'when: '.length + 1)
    })

    test('that is wrong in itself is refused in a rule as well, by whatever command it comes', async () => {
      const rule = (condition: string) =>
        inOps('Rule', 'r', 'over: [{ server: claims }]', `require: '${condition}'`)
      for (const [condition, says] of [
        ['caller.claims.lin == "3"', /claims has no claim lin; did you mean line/],
        ['args.line.matches("^(a+)+$") && nothing', /nothing/],
        ['now > 3', /now/],
      ] as const) {
        const found = await problems(here.apply(all(rule(condition))))
        assert.ok(
          found.some(({ message }) => says.test(message)),
          JSON.stringify(found),
        )
      }
      const put = here.installation.change.put(
        {
          apiVersion: 'bailiwick/v1',
          kind: 'Rule',
          plane: 'ops',
          name: 'r',
          over: [{ server: 'claims' }],
          require: 'args.ID == "a"',
        } as Document,
        { by: 'deniz', summary: '' },
      )
      assert.match((await problems(put))[0]?.message ?? '', /Rule r: require/)
    })

    test('of what nobody has discovered yet, or of a claim where nobody has any, is taken', async () => {
      const unknown = 'allow: [{ server: claims, tools: [never_seen] }]'
      await here.apply(all(grant('line', unknown, 'when: args.whatever == 3')))
      const bare = all(grant('line', onRecords, 'when: caller.claims.clearance == "high"'))
      await here.apply(bare.replace('claims: { line: "3" }\n', ''))
      await here.apply(all())
    })
  })

  describe('a sentence about the policy', () => {
    const promise = inOps(
      'PolicyTest',
      'no-destruction',
      'says: No agent of the floor can destroy anything',
      'group: floor',
      'over: [{ class: destructive }]',
      'expect: denied',
    )
    const everything = grant('everything', 'allow: [{ server: claims }]')
    const reads = grant('everything', 'allow: [{ server: claims, class: read }]')

    test('stops a change that makes it false, and says which calls and why', async () => {
      await here.apply(all(promise, reads))
      const [problem, ...others] = await problems(here.apply(all(promise, everything)))
      assert.deepEqual(others, [])
      assert.equal(problem?.code, 'broken test')
      assert.equal(
        problem?.message,
        'PolicyTest no-destruction: “No agent of the floor can destroy anything” would not be true: adjuster@workplace-ai may call claims/note_write (grant everything)',
      )
    })

    test('stops a restore, a single document and the removal of a rule as well', async () => {
      await here.apply(all(everything))
      const permissive = here.installation.change.current().revision
      const rule = inOps('Rule', 'never', 'over: [{ class: destructive }]', 'deny: true')
      await here.apply(all(promise, everything, rule))
      const { change } = here.installation
      const removal = change.remove({ plane: ops, kind: 'Rule', name: 'never' }, { by: 'deniz' })
      assert.equal((await problems(removal))[0]?.code, 'broken test')
      await here.apply(all(promise, reads))
      const standing = change.current().planes.get(ops)?.grants.get('everything')
      assert.ok(standing)
      const put = change.put(
        { ...standing, allow: [{ class: 'destructive' }] },
        { by: 'deniz', summary: '' },
      )
      assert.equal((await problems(put))[0]?.code, 'broken test')
      const restored = await change.restore(permissive, { by: 'deniz', dryRun: true })
      assert.ok(restored.changes.some(({ kind, op }) => kind === 'PolicyTest' && op === 'remove'))
    })

    test('that was false before is no reason to refuse another change, and a new one has to be true', async () => {
      await here.apply(all(everything))
      assert.equal((await problems(here.apply(all(promise, everything))))[0]?.code, 'broken test')
      const past = promise.replace('expect: denied', 'expect: permitted')
      const ended = grant('everything', 'allow: [{ server: claims }]', 'until: "2001-01-01"')
      const then = past.replace('expect', 'at: "2000-06-01T00:00:00Z"\nexpect')
      await here.apply(all(then, ended))
      await problems(here.apply(all(past, ended)))
    })

    test('holds whatever is suspended or held today', async () => {
      const permitted = promise
        .replace('expect: denied', 'expect: permitted')
        .replace('class: destructive', 'class: read')
      await here.suspend('agent', 'adjuster')
      await here.apply(all(permitted, reads))
      await problems(here.apply(all(permitted)))
      await here.resume('agent', 'adjuster')
    })

    test('says nothing of what depends on arguments that it does not give', async () => {
      const conditional = grant('everything', onRecords, 'when: args.line == "3"')
      const test = (expect: string, args?: string) =>
        promise
          .replace('class: destructive', 'class: read')
          .replace('expect: denied', `${args ? `args: ${args}\n` : ''}expect: ${expect}`)
      for (const expect of ['permitted', 'denied', 'hidden'])
        await problems(here.apply(all(test(expect), conditional)))
      await here.apply(all(test('permitted', '{ id: a, line: "3" }'), conditional))
      await here.apply(all(test('denied', '{ id: a, line: "4" }'), conditional))
      await problems(here.apply(all(test('permitted', '{ id: a, line: "4" }'), conditional)))
    })
  })

  test('a condition that a server has made wrong since denies, and is told where its owner looks', async () => {
    await here.apply(all(grant('line', onRecords, 'when: args.line == "3"')))
    const { installation } = here
    assert.deepEqual(await installation.wrongConditions(ops), [])
    claims.rename('production_line')
    await installation.refresh(ops, 'claims')
    const { registry } = installation
    await registry.release(ops, 'claims', 'record_read', { by: 'deniz' })
    const wrong = {
      kind: 'Grant',
      name: 'line',
      key: 'when',
      message: 'claims/record_read has no argument line; it has id and production_line',
    }
    for (const item of [undefined, 'claims'])
      assert.deepEqual(await installation.wrongConditions(ops, item), [wrong])
    const told = installation.explain({
      plane: ops,
      client: clientId('adjuster', 'workplace-ai'),
      server: 'claims',
      kind: 'tool',
      name: 'record_read',
      args: { id: 'a', production_line: '3' },
    })
    assert.equal(told.decision, 'denied')
    assert.match(told.considered[0]?.verdict ?? '', /^its condition fails: there is no line/)
    claims.rename('line')
    await installation.refresh(ops, 'claims')
    await registry.release(ops, 'claims', 'record_read', { by: 'deniz' })
  })

  test('a path of a variant that cannot be followed, and a template that is read by other variables, are refused', async () => {
    const server = (member: string, ...lines: string[]) =>
      inOps(
        'Server',
        'other',
        'owner: claims-team',
        `upstream: { url: "${claims.url}" }`,
        `${member}:`,
        ...lines,
      )
    const [path] = await problems(
      here.apply(
        all(
          server(
            'tools',
            '  read: { class: read }',
            '  less: { class: read, variantOf: read, remove: ["$.a", "$..a..b"] }',
          ),
        ),
      ),
    )
    assert.match(path?.message ?? '', /^Server other: \$\.\.a\.\.b /)
    const [template] = await problems(
      here.apply(
        all(
          server(
            'resources',
            '  "x://{line}/all": { class: read }',
            '  "x://{hall}/less": { class: read, variantOf: "x://{line}/all", remove: ["$.a"] }',
          ),
        ),
      ),
    )
    assert.match(
      template?.message ?? '',
      /x:\/\/\{hall\}\/less has to have the variables of .*: line/,
    )
  })
})
