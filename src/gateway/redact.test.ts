import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { compileRedaction, type Redaction } from '#lib/redaction.ts'
import { type ResultOf, redactBody, redactError, redactResult } from './redact.ts'

const redaction = (remove: readonly string[], mask: readonly string[] = []): Redaction => {
  const compiled = compileRedaction({ remove, mask })
  assert.ok(!('problem' in compiled), JSON.stringify(compiled))
  return compiled
}
const emails = redaction(['$..email'])

const shown = (of: ResultOf, result: unknown, by = emails): Record<string, unknown> => {
  const bytes = Buffer.from(typeof result === 'string' ? result : JSON.stringify(result))
  return JSON.parse(redactResult(of, bytes, by))
}
const tool = (result: unknown, by = emails) => shown('tools/call', result, by)
const text = (text: string) => ({ type: 'text', text })
const texts = ({ content }: Record<string, unknown>): string[] =>
  (content as { type: string; text: string }[]).map((block) => {
    assert.equal(block.type, 'text')
    assert.deepEqual(Object.keys(block).toSorted(), ['text', 'type'])
    return block.text
  })

const person = { name: 'Alice', email: 'alice@example.com' }
const without = { name: 'Alice' }

describe('the result of a tool', () => {
  test('shows structured content and the text that says the same, without the fields', () => {
    const result = tool({
      content: [text(JSON.stringify({ people: [person] }, undefined, 2))],
      structuredContent: { people: [person] },
      resultType: 'complete',
    })
    assert.deepEqual(result, {
      content: [text('{"people":[{"name":"Alice"}]}')],
      structuredContent: { people: [without] },
      resultType: 'complete',
    })
  })

  test('shows JSON in texts and in embedded texts where there is no structured content', () => {
    const resource = { uri: 'people://alice@example.com', text: JSON.stringify([person]) }
    const result = tool({ content: [text(JSON.stringify(person)), { type: 'resource', resource }] })
    assert.deepEqual(result, { content: [text('{"name":"Alice"}'), text('[{"name":"Alice"}]')] })
  })

  test('withholds a text that says the same in another shape, where the paths would miss it', () => {
    const by = redaction(['$.result[*].email'])
    const content = [text(JSON.stringify(person)), text(JSON.stringify({ result: [person] }))]
    const result = tool({ content, structuredContent: { result: [person] } }, by)
    const [first = '', second] = texts(result)
    assert.match(first, /^Withheld: /)
    assert.equal(second, '{"result":[{"name":"Alice"}]}')
  })

  test('masks', () => {
    const by = redaction([], ['$.email', '$.card'])
    const structuredContent = { ...person, card: { number: 4 }, cards: 1 }
    assert.deepEqual(tool({ content: [], structuredContent }, by).structuredContent, {
      name: 'Alice',
      email: '[masked]',
      card: '[masked]',
      cards: 1,
    })
  })

  test('keeps that it is an error, and withholds its words', () => {
    const result = tool({ content: [text('no such person: alice@example.com')], isError: true })
    assert.equal(result.isError, true)
    assert.match(texts(result)[0] ?? '', /^Withheld: a text that is not JSON/)
  })

  test('withholds images, audio, blobs, links and what nobody knows, one sentence each', () => {
    const blob = { uri: 'file:///alice', blob: 'YWxpY2U=' }
    const result = tool({
      content: [
        { type: 'image', data: 'YWxpY2U=', mimeType: 'image/png' },
        { type: 'audio', data: 'YWxpY2U=', mimeType: 'audio/wav' },
        { type: 'resource', resource: blob },
        { type: 'resource_link', uri: 'file:///alice', name: 'alice', description: 'alice' },
        { type: 'alice', alice: 'alice' },
        { type: 'text', text: 1 },
        { type: '__proto__' },
        'alice',
        null,
      ],
    })
    const all = texts(result)
    assert.equal(all.length, 9)
    for (const one of all) assert.match(one, /^Withheld: /)
    assert.doesNotMatch(JSON.stringify(result), /alice|YWxp/)
  })

  test('drops _meta, annotations and every member that no specification names', () => {
    const result = tool({
      content: [{ ...text('{}'), annotations: { note: 'alice' }, _meta: { note: 'alice' } }],
      structuredContent: {},
      _meta: { note: 'alice' },
      toolResult: 'alice',
      isError: 'alice',
    })
    assert.deepEqual(result, { content: [text('{}')], structuredContent: {} })
  })

  test('withholds JSON that has no fields to name, or that two parsers could read differently', () => {
    for (const written of [
      '"call alice@example.com"',
      '42',
      'null',
      '{"email":1,"email":2}',
      '\ufeff{"a":1}',
      '{"a":1} {"a":2}',
      '```json\n{"a":1}\n```',
      "{'a':1}",
      '{"a":9007199254740993}',
      '{"a":1e400}',
      '{"a":"\\ud800"}',
      '{"__proto__":{"a":1}}',
      '',
    ]) {
      assert.match(texts(tool({ content: [text(written)] }))[0] ?? '', /^Withheld: /, written)
    }
  })

  test('withholds structured content that holds a number which cannot be kept, and its text', () => {
    const result = tool(
      '{"content":[{"type":"text","text":"{\\"id\\":1}"}],"structuredContent":{"id":9007199254740993}}',
    )
    assert.equal('structuredContent' in result, false)
    assert.match(texts(result)[0] ?? '', /^Withheld: /)
  })

  test('does not look into JSON inside of texts', () => {
    const structuredContent = { note: JSON.stringify(person) }
    const result = tool({ content: [], structuredContent })
    assert.deepEqual(result.structuredContent, structuredContent)
  })

  test('that asks for input, or is none, is withheld whole, and complete', () => {
    for (const result of [
      { resultType: 'input_required', requestState: 'alice' },
      { resultType: 'task', content: [text('{}')] },
      { content: 'alice' },
      { content: { alice: 1 } },
      [],
      'alice',
      null,
    ]) {
      const { content, isError, ...rest } = tool(JSON.stringify(result))
      assert.equal(isError, true)
      assert.match(texts({ content })[0] ?? '', /^Withheld: the whole result/)
      const isModern = result !== null && typeof result === 'object' && 'resultType' in result
      assert.deepEqual(rest, isModern ? { resultType: 'complete' } : {})
    }
    assert.match(texts(tool('{"content":[],"content":[]}'))[0] ?? '', /^Withheld: the whole/)
    assert.match(texts(tool('not JSON'))[0] ?? '', /^Withheld: the whole/)
  })

  test('without content is one with none', () => {
    assert.deepEqual(tool({ structuredContent: person }), {
      content: [],
      structuredContent: without,
    })
  })
})

describe('other results', () => {
  test('of prompts show the same of their messages', () => {
    const messages = [
      { role: 'user', content: text(JSON.stringify(person)), note: 'alice' },
      { role: 'assistant', content: text('Write to alice@example.com') },
      { role: 'alice', content: { type: 'image', data: 'YWxpY2U=' } },
      'alice',
    ]
    const result = shown('prompts/get', { description: 'alice', messages })
    const made = result.messages as { role: string; content: { text: string } }[]
    assert.deepEqual(Object.keys(result), ['messages'])
    assert.deepEqual(
      made.map(({ role }) => role),
      ['user', 'assistant', 'user', 'user'],
    )
    assert.equal(made[0]?.content.text, '{"name":"Alice"}')
    for (const { content } of made.slice(1)) assert.match(content.text, /^Withheld: /)
  })

  test('of resources go by their URI', () => {
    const uri = 'people://alice'
    const contents = [
      { uri, mimeType: 'application/json', text: JSON.stringify(person), _meta: { a: 'alice' } },
      { uri, mimeType: 'text/html', text: '<p>alice@example.com' },
      { uri, mimeType: 'image/png', blob: 'YWxpY2U=' },
      { uri, mimeType: 'alice@example.com; a=b', text: '{}' },
    ]
    const result = shown('resources/read', { contents, resultType: 'complete', ttlMs: 60_000 })
    const made = result.contents as { uri: string; mimeType?: string; text: string }[]
    assert.deepEqual(made[0], { uri, mimeType: 'application/json', text: '{"name":"Alice"}' })
    for (const one of made.slice(1, 3)) {
      assert.deepEqual([one.uri, one.mimeType], [uri, 'text/plain'])
      assert.match(one.text, /^Withheld: /)
    }
    assert.deepEqual(made[3], { uri, text: '{}' })
    assert.deepEqual(
      [result.resultType, result.ttlMs, result.cacheScope],
      ['complete', 0, 'private'],
    )
  })

  test('of operations are JSON or nothing', () => {
    assert.equal(redactBody(Buffer.from(JSON.stringify([person])), emails), '[{"name":"Alice"}]')
    for (const body of ['alice', '"alice"', '', '{"email":1,"email":2}'])
      assert.equal(redactBody(Buffer.from(body), emails), undefined)
  })

  test('that are errors keep their code alone', () => {
    const { code, message } = redactError(-32603)
    assert.equal(code, -32603)
    assert.match(message, /^Withheld: /)
  })
})

describe('a hostile result', () => {
  const all = redaction(
    ['$..a', '$..b', '$[?@.c == 1]'],
    ['$..d', "$..[?@.e == 'x' || @.f == 'y']"],
  )

  test('that is too large, too deep or too wide is withheld', () => {
    const large = JSON.stringify({ content: [text(`{"a":"${'x'.repeat(3_000_000)}"}`)] })
    const deep = `${'['.repeat(1000)}${']'.repeat(1000)}`
    const wide = JSON.stringify(Array.from({ length: 150_000 }, () => 1))
    assert.match(texts(tool(large, all))[0] ?? '', /^Withheld: the whole/)
    assert.match(texts(tool({ content: [text(deep)] }, all))[0] ?? '', /^Withheld: /)
    assert.match(texts(tool({ content: [text(wide)] }, all))[0] ?? '', /^Withheld: /)
    const many = {
      content: Array.from({ length: 40 }, () => text(wide.slice(-20_001).replace(/^./, '['))),
    }
    const made = texts(tool(many, all))
    assert.equal(made.length, 40)
    assert.match(made.at(-1) ?? '', /^Withheld: /)
  })

  test('of any bytes at all has an answer', () => {
    const of = fc.constantFrom<ResultOf>('tools/call', 'prompts/get', 'resources/read')
    fc.assert(
      fc.property(of, fc.oneof(fc.json(), fc.string()), (of, written) => {
        assert.ok(JSON.parse(redactResult(of, Buffer.from(written), all)))
        redactBody(Buffer.from(written), all)
      }),
    )
  })
})

describe('a canary at a place that a path selects never comes out', () => {
  const canary = 'c4n4ry'
  const name = fc.constantFrom('a', 'b', 'email', 'x"y', 'é')

  /** JSON as somebody wrote it: keys in any order, spelled with escapes or not, twice or once. */
  const key = (name: string, escapes: boolean) =>
    escapes
      ? `"${[...name].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`
      : JSON.stringify(name)
  const secret = fc.constantFrom(
    `"${canary}"`,
    `"\\u0063${canary.slice(1)}"`,
    `["${canary}"]`,
    `{"deep":[{"a":"${canary}"}],"${canary}":1}`,
  )
  const { value, object } = fc.letrec<{ value: string; object: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('1', 'null', '"text"', '[]', '-0', '1e3'),
      fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(' , ')}]`),
      tie('object'),
    ),
    object: fc
      .array(
        fc.oneof(
          fc.tuple(name, fc.boolean(), tie('value')).map(([n, e, v]) => `${key(n, e)}:${v}`),
          fc.tuple(fc.boolean(), secret).map(([e, v]) => `${key('email', e)} : ${v}`),
        ),
        { maxLength: 4 },
      )
      .map((members) => `{${members.join(',')}}`),
  }))
  // Names other than the one that is removed hold no canary, so one that comes out came from there.
  const document = fc
    .tuple(fc.constantFrom('', '', '\ufeff', ' ', '\n'), fc.oneof(object, value))
    .map((parts) => parts.join(''))
  const by = [emails, redaction([], ['$..email']), redaction(['$..email'], ['$..a', '$..*'])]

  test('in no member of any result', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<ResultOf>('tools/call', 'prompts/get', 'resources/read'),
        fc.constantFrom(...by),
        fc.array(document, { maxLength: 3 }),
        fc.option(document, { nil: undefined }),
        (of, redaction, documents, structured) => {
          const member = {
            'tools/call': 'content',
            'prompts/get': 'messages',
            'resources/read': 'contents',
          }[of]
          const items = documents.map((written) => {
            const block = {
              type: 'text',
              text: written,
              note: written,
              annotations: { email: canary },
            }
            if (of === 'prompts/get') return { role: written, content: block }
            return { uri: 'people://1', mimeType: written, ...block }
          })
          const more = structured === undefined ? '' : `,"structuredContent":${structured}`
          const meta = `"_meta":{"email":"${canary}"},"note":"${canary}"`
          const result = `{"${member}":${JSON.stringify(items)}${more},${meta}}`
          const made = redactResult(of, Buffer.from(result), redaction)
          assert.ok(!made.includes(canary), made)
          assert.ok(!JSON.stringify(JSON.parse(made)).includes(canary), made)
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('in no body of an operation', () => {
    fc.assert(
      fc.property(fc.constantFrom(...by), document, (redaction, written) => {
        const made = redactBody(Buffer.from(written), redaction) ?? ''
        assert.ok(!made.includes(canary), made)
      }),
      { numRuns: 1000 },
    )
  })
})
