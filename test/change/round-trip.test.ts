import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { parseAllDocuments } from 'yaml'
import { canonical, toYamlStream } from '#change/canonical.ts'
import type { Document } from '#domain/documents.ts'
import { documentSchemas } from '#domain/documents.ts'
import { plainly, type Setup, setUp, sound } from './setup.ts'

const printable = (maxLength: number) =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength })
    .filter((text) => documentSchemas.Consumer.shape.title.safeParse(text).success)
/** Texts that a reader of YAML could take for something else. */
const tricky = fc.constantFrom(
  'true',
  'no',
  'null',
  '~',
  '12',
  '0x1f',
  '1e3',
  '.inf',
  '2027-06-30',
  '- a',
  '? a',
  'a: b',
  'a #b',
  '#a',
  '{a}',
  '[a]',
  '*a',
  '&a',
  '!a',
  '|',
  '>',
  '%a',
  '@a',
  '`a',
  '"a"',
  "'a'",
  'a ',
  ' a',
  '<<',
  '---',
  '...',
  'a\\b',
  '\uFFFD',
  '\u{1F600}',
)
const text = (maxLength: number) => fc.oneof(printable(maxLength), tricky)
const few = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 3 })
const optional = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>

const scope = fc.stringMatching(/^[!#-[\]-~]{1,20}$/)
const capabilityClass = fc.constantFrom('read', 'write', 'destructive')
const resource = fc.oneof(
  text(100).filter((uri) => !/[{}]/.test(uri)),
  fc.constantFrom(
    'mes://line{n}/x',
    'a://{+b}{?c,d*}',
    `x://${'y'.repeat(990)}`,
    `"\\`.repeat(500),
  ),
)
const classified = (name: fc.Arbitrary<string>) =>
  fc.dictionary(
    name.filter((one) => one !== '__proto__'),
    fc.record(
      {
        class: capabilityClass,
        scopes: fc.array(scope, { maxLength: 2 }),
        labels: fc.array(text(64), { maxLength: 2 }),
      },
      { requiredKeys: ['class'] },
    ),
    { maxKeys: 5, noNullPrototype: true },
  )
const selector = optional<Record<string, unknown>>({
  server: fc.constantFrom('calendar', ['calendar', 'mail']),
  class: fc.oneof(capabilityClass, few(capabilityClass)),
  labels: few(text(64)),
  scopes: few(scope),
  tools: few(text(128)),
}).map((one): Record<string, unknown> => (Object.keys(one).length > 0 ? one : { class: 'read' }))

const head = (kind: string, name: string) => ({
  apiVersion: 'bailiwick/v1',
  kind,
  plane: 'ops',
  name,
})
const plane = optional({
  title: text(200),
  owner: text(200),
  timeZone: fc.constantFrom('Europe/Istanbul', 'UTC'),
  tokenLifetime: fc.constantFrom('30s', '5m', '1h'),
  ledger: fc.record({ entriesPerSecond: fc.integer({ min: 10, max: 1000 }) }),
}).map((more) => ({ apiVersion: 'bailiwick/v1', kind: 'Plane', name: 'ops', ...more }))
const server = (name: string) =>
  fc
    .tuple(
      fc.constantFrom(
        {
          upstream: { url: 'https://a.internal/mcp' },
          credential: { name: 'key', header: 'X-Key' },
        },
        { upstream: { runner: 'bank' }, credential: { name: 'key', env: 'API_TOKEN' } },
        { upstream: { url: 'http://a.internal/mcp?a=1' } },
      ),
      fc.record({ owner: text(200) }),
      optional<Record<string, unknown>>({
        title: text(200),
        labels: fc.array(text(64), { maxLength: 3 }),
        tools: classified(text(128)),
        prompts: classified(text(128)),
        resources: classified(resource),
      }),
    )
    .map((parts) => ({ ...head('Server', name), ...Object.assign({}, ...parts) }))
const until = fc.constantFrom(
  '2027-06-30',
  '2020-01-01',
  '2027-06-30T12:00:00Z',
  '2027-06-30T12:00:00+03:00',
)
const grantOf = (name: string) =>
  fc
    .tuple(fc.record({ allow: few(selector), reason: text(1000) }), optional({ until }))
    .map((parts) => ({
      ...head('Grant', name),
      agent: 'planner',
      consumer: 'ai',
      ...Object.assign({}, ...parts),
    }))
const quotaOf = (name: string) =>
  few(selector).map((over) => ({
    ...head('Quota', name),
    over,
    per: 'agent',
    allow: { second: 2, day: 500 },
  }))
const agentOf = fc
  .tuple(fc.record({ owner: text(200) }), optional({ authenticate: fc.constant({ secret: true }) }))
  .map((parts) => ({
    ...head('Agent', 'planner'),
    consumers: ['ai'],
    ...Object.assign({}, ...parts),
  }))

/** A whole plane, in any order of its documents, and each mapping in any order of its keys. */
const documents: fc.Arbitrary<object[]> = fc
  .tuple(
    plane,
    server('calendar'),
    server('mail'),
    agentOf,
    fc
      .array(fc.nat(50), { maxLength: 5 })
      .chain((ids) => fc.tuple(...[...new Set(ids)].map((id) => grantOf(`grant-${id}`)))),
    quotaOf('a'),
  )
  .chain(([one, calendar, mail, agent, grants, quota]) =>
    fc
      .shuffledSubarray(
        [
          one,
          calendar,
          mail,
          agent,
          ...grants,
          quota,
          head('Consumer', 'ai'),
          { ...head('Credential', 'key'), owner: 'x' },
        ],
        { minLength: 8 + grants.length - 1 },
      )
      .filter((all) => all.length === 7 + grants.length),
  )

const asJsonFiles = (all: readonly object[]) =>
  all.map((one, index) => ({ name: `${index}.json`, text: escaped(JSON.stringify(one)) }))

/** A replacement character in a file is a sign of bytes that were no UTF-8. */
const escaped = (json: string) => json.replaceAll('\uFFFD', '\\ufffd')

async function afresh(setup: Setup): Promise<void> {
  await setup.apply('# gone\n', { prune: true })
}

describe('export', () => {
  test('of a plane applies back unchanged', async (context) => {
    const { apply, change } = await setUp(context)
    await apply(sound)
    assert.deepEqual((await apply(change.exportDocuments(), { prune: true })).changes, [])
  })

  test('of whatever was applied applies back unchanged, and gives the same policy in an empty store', async (context) => {
    const setup = await setUp(context)
    const empty = await setUp(context)
    await fc.assert(
      fc.asyncProperty(documents, async (all) => {
        await afresh(setup)
        await afresh(empty)
        await setup.apply('', { files: asJsonFiles(all) })
        const exported = setup.change.exportDocuments()
        const { changes, diff } = await setup.apply(exported, { prune: true })
        assert.deepEqual([changes, diff], [[], ''])
        await empty.apply(exported)
        const revision = 0
        const [there, here] = [empty, setup].map(({ change }) =>
          plainly({ ...change.current(), revision }),
        )
        assert.deepEqual(there, here)
        assert.equal(empty.change.exportDocuments(), exported)
      }),
      { numRuns: 30 },
    )
  })

  test('quotes what some reader takes for a number: YAML 1.1 reads E0 as one', () => {
    const scopes = ['E0', 'e-12', 'E+3', 'yes', 'read']
    const [read] = parseAllDocuments(toYamlStream([{ scopes } as never]), { version: '1.1' })
    assert.deepEqual((read as { toJS(): unknown }).toJS(), { scopes })
  })

  test('says to another reader of YAML exactly what was applied', () => {
    fc.assert(
      fc.property(documents, (all) => {
        const parsed = all.map((one) => {
          const kind = (one as { kind: keyof typeof documentSchemas }).kind
          return canonical(documentSchemas[kind].parse(one) as Document)
        })
        for (const version of ['1.2', '1.1'] as const) {
          const read = parseAllDocuments(toYamlStream(parsed), { version })
          assert.ok(Array.isArray(read))
          assert.deepEqual(
            read.map((one) => one.toJS()),
            parsed,
          )
        }
      }),
    )
  })

  test('of one plane has that plane alone, and of none that there is is a fault', async (context) => {
    const { apply, change } = await setUp(context)
    await apply(sound)
    await apply('apiVersion: bailiwick/v1\nkind: Plane\nname: finance\n', { set: 'other' })
    const [finance, ops] = [...change.current().planes.keys()].sort()
    assert.equal(
      change.exportDocuments(finance),
      'apiVersion: bailiwick/v1\nkind: Plane\nname: finance\n',
    )
    assert.doesNotMatch(change.exportDocuments(ops), /finance/)
    const none = 'nope' as typeof finance
    assert.throws(() => change.exportDocuments(none), { code: 'unknown_name' })
  })
})
