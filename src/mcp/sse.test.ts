import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createEventReader, EventTooLarge, eventBytes, type ServerEvent } from './sse.ts'

interface Plain {
  data: string | undefined
  id: string | undefined
  name: string | undefined
  retryMs: number | undefined
}

/** One byte a character, so that what is not UTF-8 shows. */
const plain = ({ data, ...marks }: ServerEvent): Plain => ({
  data: data && Buffer.from(data).toString('latin1'),
  ...marks,
})

function readAll(stream: Buffer, sizes: readonly number[] = [stream.length]): Plain[] {
  const reader = createEventReader(1 << 20)
  const events: Plain[] = []
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    // A copy of its own, so that nothing is read out of the next chunk's memory.
    events.push(...reader.push(Uint8Array.from(stream.subarray(at, at + size))).map(plain))
    at += size
  }
  return events
}

/** WHATWG HTML §9.2.6 over the whole text at once, one character a byte. */
function naively(stream: Buffer): Plain[] {
  const text = stream.toString('latin1').replace(/^\xef\xbb\xbf/, '')
  const lines = text.split(/\r\n|\r|\n/).slice(0, -1)
  const events: Plain[] = []
  let fields: [string, string][] = []
  const utf8 = (value: string | undefined) => value && Buffer.from(value, 'latin1').toString('utf8')
  const last = (name: string) => fields.findLast(([field]) => field === name)?.[1]
  for (const line of lines) {
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? []
    if (line.startsWith(':')) continue
    if (line !== '') {
      const isKept =
        field === 'id' ? !value.includes('\0') : field !== 'retry' || /^\d{1,9}$/.test(value)
      if (isKept) fields.push([field, line.includes(':') ? value : ''])
      continue
    }
    const data = fields.filter(([name]) => name === 'data').map(([, inner]) => inner)
    const retry = last('retry')
    const event: Plain = {
      data: data.length > 0 ? data.join('\n') : undefined,
      id: utf8(last('id')),
      name: utf8(last('event')) || undefined,
      retryMs: retry === undefined ? undefined : Number(retry),
    }
    if (event.data !== undefined || event.id !== undefined || event.retryMs !== undefined)
      events.push(event)
    fields = []
  }
  return events
}

const wildStream = fc
  .array(
    fc.oneof(
      fc.constantFrom('\n', '\r', '\r\n', '\n\n', '\r\r', '\r\n\r\n', '\n\r\n'),
      fc.constantFrom(
        'data: a',
        'data:b',
        'data:  c',
        'data',
        'data:',
        'id: 1',
        'id',
        'event: x',
        'event:',
      ),
      fc.constantFrom(
        'retry: 10',
        'retry: x',
        'retry: -1',
        ':',
        ': keep',
        'other: 1',
        'Data: no',
        ' data: no',
      ),
      fc.constantFrom('\ufeff', 'é', '\0', 'id: a\0', '{"a":1}'),
    ),
    { maxLength: 40 },
  )
  .map((pieces) => Buffer.from(pieces.join('')))

describe('Reading a stream of events', () => {
  test('any chunking gives the events that the whole text has', () => {
    fc.assert(
      fc.property(
        wildStream,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (stream, sizes) => {
          const expected = naively(stream)
          assert.deepEqual(readAll(stream), expected)
          assert.deepEqual(readAll(stream, sizes), expected)
          assert.deepEqual(readAll(stream, [1]), expected)
        },
      ),
      { numRuns: 2000 },
    )
  })

  const event = (data: string | undefined, marks: Partial<Plain> = {}): Plain => ({
    data,
    id: undefined,
    name: undefined,
    retryMs: undefined,
    ...marks,
  })
  const rows: [name: string, stream: string, events: Plain[]][] = [
    ['lines of data are joined by a line feed', 'data: a\ndata: b\n\n', [event('a\nb')]],
    ['one space after the colon goes', 'data:  a\n\ndata:b\n\n', [event(' a'), event('b')]],
    ['a field without a colon is empty', 'data\n\n', [event('')]],
    ['comments and unknown fields are nothing', ': x\nfoo: 1\n\n', []],
    [
      'id, event and retry stay beside the data',
      'id: 7\nevent: message\nretry: 50\ndata: a\n\n',
      [event('a', { id: '7', name: 'message', retryMs: 50 })],
    ],
    ['an id with an empty data line primes a client', 'id: 7\ndata:\n\n', [event('', { id: '7' })]],
    ['a retry time alone comes through', 'retry: 100\n\n', [event(undefined, { retryMs: 100 })]],
    ['an event name alone does not', 'event: x\n\ndata: a\n\n', [event('a')]],
    [
      'marks are not carried over to the next event',
      'id: 1\nevent: x\ndata: a\n\ndata: b\n\n',
      [event('a', { id: '1', name: 'x' }), event('b')],
    ],
    ['an id with a nought is ignored', 'id: a\0b\ndata: x\n\n', [event('x')]],
    ['an event that the stream cuts off is lost', 'data: a\n\ndata: b\n', [event('a')]],
    ['a blank line is what ends an event', 'data: a', []],
    ['a byte order mark at the start is skipped', '\ufeffdata: a\n\n', [event('a')]],
    ['a byte order mark later is part of a name', 'data: a\n\n\ufeffdata: b\n\n', [event('a')]],
  ]
  for (const [name, stream, events] of rows) {
    test(name, () => assert.deepEqual(readAll(Buffer.from(stream)), events))
  }

  test('the end says whether an event was cut off', () => {
    for (const [stream, cut] of [
      ['', false],
      ['data: a\n\n', false],
      [': x\n', false],
      ['data: a', true],
      ['data: a\n', true],
      ['data: a\r\n\r', false],
    ] as const) {
      const reader = createEventReader(100)
      reader.push(Buffer.from(stream))
      assert.equal(reader.end(), cut, JSON.stringify(stream))
    }
  })

  test('an event is bounded, in one line or many, in one chunk or many, and so is a comment', () => {
    const streams = [
      `data: ${'x'.repeat(100)}\n\n`,
      'data: xxxxxxxxx\n'.repeat(10),
      `: ${'x'.repeat(100)}`,
      `foo: ${'x'.repeat(100)}\n`,
    ]
    for (const stream of streams) {
      for (const size of [1, 7, 1000]) {
        const reader = createEventReader(64)
        assert.throws(() => {
          for (let at = 0; at < stream.length; at += size)
            reader.push(Buffer.from(stream.slice(at, at + size)))
        }, EventTooLarge)
      }
    }
    const reader = createEventReader(64)
    for (let i = 0; i < 1000; i++) reader.push(Buffer.from(': keep-alive\n\ndata: short\n\n'))
  })
})

describe('Writing an event', () => {
  test('what is written is read again, line breaks of any kind as line feeds', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '\n', '\r', '\r\n', 'é', ' ', ':', '"'),
      maxLength: 20,
    })
    const mark = fc.option(fc.string({ unit: fc.constantFrom('a', ' ', ':', 'é') }), {
      nil: undefined,
    })
    fc.assert(
      fc.property(
        text,
        mark,
        mark,
        fc.option(fc.nat(999_999_999), { nil: undefined }),
        (data, id, name, retryMs) => {
          const [event] = createEventReader(1000).push(eventBytes(data, { id, name, retryMs }))
          assert.equal(Buffer.from(event?.data ?? '').toString(), data.replace(/\r\n|\r/g, '\n'))
          assert.equal(event?.id, id)
          assert.equal(event?.name, name === '' ? undefined : name)
          assert.equal(event?.retryMs, retryMs)
          assert.deepEqual(
            eventBytes(Buffer.from(data), { id, name, retryMs }),
            eventBytes(data, { id, name, retryMs }),
          )
        },
      ),
    )
  })

  test('an event without data, and one with empty data, are not the same', () => {
    assert.equal(eventBytes(undefined, { retryMs: 5 }).toString(), 'retry: 5\n\n')
    assert.equal(eventBytes('', { id: '5' }).toString(), 'id: 5\ndata: \n\n')
  })

  test('a mark cannot bring a field or an event of its own', () => {
    for (const id of ['1\ndata: x', '1\n\ndata: x', '1\rdata: x', '\n', 'a\0']) {
      assert.throws(() => eventBytes('a', { id }), RangeError)
      assert.throws(() => eventBytes('a', { name: id }), RangeError)
    }
  })
})
