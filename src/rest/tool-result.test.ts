import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toolResult } from './tool-result.ts'

const limits = { depth: 8, nodes: 100, textBytes: 100, blobBytes: 20 }
const uri = 'https://gateway.example/rest/ops/tickets/1'

const result = (status: number, contentType: string | undefined, sent: string | Buffer) =>
  toolResult({ status, contentType, bytes: Buffer.from(sent) }, uri, limits)
const text = (words: string) => ({ type: 'text', text: words })

describe('What an API answers, as the result of a tool', () => {
  const rows: [name: string, args: Parameters<typeof result>, expected: object][] = [
    [
      'an object is text and structured content',
      [200, 'application/json; charset=utf-8', '{"a": 1}'],
      { content: [text('{"a": 1}')], structuredContent: { a: 1 } },
    ],
    ['a list is text', [200, 'application/json', '[1]'], { content: [text('[1]')] }],
    [
      'a problem is an error that says its status',
      [404, 'application/problem+json', '{"title":"gone"}'],
      {
        content: [text('The API answered 404.'), text('{"title":"gone"}')],
        structuredContent: { title: 'gone' },
        isError: true,
      },
    ],
    [
      'an error without words is one as well',
      [503, undefined, ''],
      {
        content: [text('The API answered 503, with no content.')],
        isError: true,
      },
    ],
    [
      'nothing is said',
      [204, undefined, ''],
      { content: [text('The API answered 204, with no content.')] },
    ],
    ['text is text', [200, 'text/csv', 'a,b\n1,2'], { content: [text('a,b\n1,2')] }],
    [
      'text in another charset is what it is',
      [200, 'text/plain; charset=iso-8859-1', Buffer.from([0xe4])],
      { content: [{ type: 'resource', resource: { uri, mimeType: 'text/plain', blob: '5A==' } }] },
    ],
    [
      'what says it is text and is not UTF-8',
      [200, 'application/json', Buffer.from([0x22, 0xff, 0x22])],
      {
        content: [
          { type: 'resource', resource: { uri, mimeType: 'application/json', blob: 'Iv8i' } },
        ],
      },
    ],
    [
      'a picture is one',
      [200, 'image/png', Buffer.from([1, 2])],
      { content: [{ type: 'image', data: 'AQI=', mimeType: 'image/png' }] },
    ],
    [
      'a sound is one',
      [200, 'audio/wav', Buffer.from([1, 2])],
      { content: [{ type: 'audio', data: 'AQI=', mimeType: 'audio/wav' }] },
    ],
    [
      'anything else is a resource',
      [200, undefined, Buffer.from([1, 2])],
      {
        content: [
          {
            type: 'resource',
            resource: { uri, mimeType: 'application/octet-stream', blob: 'AQI=' },
          },
        ],
      },
    ],
    ['JSON that is none is text', [200, 'application/json', '{"a":'], { content: [text('{"a":')] }],
    [
      'JSON that two readers read differently is text alone',
      [200, 'application/json', '{"a":1,"a":2}'],
      { content: [text('{"a":1,"a":2}')] },
    ],
    [
      'a number that is not exact is told as text alone',
      [200, 'application/json', '{"a":9007199254740993}'],
      { content: [text('{"a":9007199254740993}')] },
    ],
  ]
  for (const [name, args, expected] of rows)
    test(name, () => assert.deepEqual(result(...args), expected))

  test('what is too long is withheld, and said so', () => {
    assert.deepEqual(result(200, 'text/plain', 'x'.repeat(101)), {
      content: [
        text(
          'The API answered 200. Its content is withheld: 101 bytes of text/plain, more than the 100 that a tool may answer.',
        ),
      ],
    })
    assert.match(
      JSON.stringify(result(200, 'image/png', Buffer.alloc(21))),
      /21 bytes of image\/png/,
    )
    assert.equal(result(500, 'text/plain', 'x'.repeat(101)).isError, true)
  })
})
