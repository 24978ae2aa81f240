import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { JsonError, readJson } from '#lib/json.ts'
import { type Message, readMessage } from '#mcp/messages.ts'
import { createEventReader, eventBytes } from '#mcp/sse.ts'

/**
 * Ways to bring a list past a filter that looks at a server's events, as stacklok/toolhive met them
 * (pkg/authz/response_filter_test.go, Apache-2.0), said again for these readers. A frame is relayed
 * if it reads as one message, and the bytes that go on are the ones that were read; so the hidden
 * tool must either be seen, or be in nothing that is a message.
 */
const hidden = 'admin_tool'
const list = `{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"weather"},{"name":"${hidden}"}]}}`
const notice =
  '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"hi"}}'

interface Seen {
  readonly messages: readonly Message[]
  /** What would be relayed, written anew. */
  readonly relayed: string
}

function relay(stream: string | Buffer): Seen {
  const messages: Message[] = []
  let relayed = ''
  for (const event of createEventReader(1 << 16).push(Buffer.from(stream))) {
    if (event.data === undefined) continue
    const message = tryRead(event.data)
    if (message === undefined) continue
    messages.push(message)
    relayed += eventBytes(event.data, event).toString()
  }
  return { messages, relayed }
}

function tryRead(bytes: Uint8Array): Message | undefined {
  try {
    const message = readMessage(readJson(bytes, { depth: 32, nodes: 1000, inexactNumbers: 'keep' }))
    return message.kind === 'invalid' ? undefined : message
  } catch (error) {
    assert.ok(error instanceof JsonError)
    return undefined
  }
}

const kinds = ({ messages }: Seen): string[] => messages.map(({ kind }) => kind)

describe('A list that is spelled strangely is seen as the result that it is', () => {
  const at = list.indexOf(',"result"') + 1
  const rows: [name: string, stream: string][] = [
    ['after a byte order mark', `\ufeffdata: ${list}\n\n`],
    ['in two data lines', `data: ${list.slice(0, at)}\ndata: ${list.slice(at)}\n\n`],
    [
      'in lines that end in LF after others that end in CR LF',
      `data: ${notice}\r\n\r\ndata: x\n\ndata: ${list}\n\n`,
    ],
    ['in lines that end in CR', `data: ${list}\r\r`],
    ['under a name', `event: message\ndata: ${list}\n\n`],
    ['under another name', `event: ping\ndata: ${list}\n\n`],
    ['without the space', `data:${list}\n\n`],
    ['after comments', `: x\n: y\ndata: ${list}\n\n`],
    ['after blank lines', `\n\r\n\rdata: ${list}\n\n`],
    ['with white space of JSON around it', `data: \t ${list} \t\n\n`],
    ['behind a notice in an event of its own', `data: ${notice}\n\ndata: ${list}\n\n`],
    ['behind an event that is not JSON', `data: this is not json\n\ndata: ${list}\n\n`],
    [
      'behind a frame that had to be dropped',
      `data: {"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"},"result":{}}\n\ndata: ${list}\n\n`,
    ],
  ]
  for (const [name, stream] of rows) {
    test(name, () => {
      const seen = relay(stream)
      assert.equal(kinds(seen).filter((kind) => kind === 'result').length, 1)
      assert.equal(seen.relayed.split(hidden).length, 2)
    })
  }

  test('and what is relayed has one reading, for readers that break lines at CR and for those that do not', () => {
    const pretty = JSON.stringify(JSON.parse(list), null, 1)
    for (const breaks of ['\n', '\r\n', '\r']) {
      const body = pretty.replaceAll('\n', breaks)
      const lines = eventBytes(body).toString()
      assert.ok(!lines.includes('\r'))
      assert.deepEqual(kinds(relay(lines)), ['result'])
      assert.ok(
        lines
          .trimEnd()
          .split('\n')
          .every((line) => line.startsWith('data: ')),
      )
    }
  })
})

describe('A list in a frame that is not one message is not relayed', () => {
  const result = '"result":{"tools":[{"name":"admin_tool"}]}'
  const exotic = ['\u000b', '\f', '\u0085', '\u00a0', '\u1680', '\u3000', '\ufeff']
  const comma = list.indexOf(',"result"') + 1
  const rows: [name: string, stream: string | Buffer][] = [
    ['two values on two data lines', `data: ${notice}\ndata: ${list}\n\n`],
    ['two values on one line', `data: ${notice}${list}\n\n`],
    ['something and a value', `data: garbage\ndata: ${list}\n\n`],
    ['a comment and a value', `data: //comment\ndata: ${list}\n\n`],
    ['NaN and a value', `data: NaN\ndata: ${list}\n\n`],
    ['a value and something', `data: ${list}\ndata: x\n\n`],
    ['a batch', `data: [${list}]\n\n`],
    ['a batch of several kinds', `data: [1,${list}]\n\n`],
    ['nested arrays', `data: [[${list}]]\n\n`],
    [
      'a method and a result',
      `data: {"jsonrpc":"2.0","method":"notifications/initialized","id":1,${result}}\n\n`,
    ],
    ['no version', `data: {"id":1,${result}}\n\n`],
    ['no id', `data: {"jsonrpc":"2.0",${result}}\n\n`],
    ['an id that is an object', `data: {"jsonrpc":"2.0","id":{"x":1},${result}}\n\n`],
    [
      'an error and a result',
      `data: {"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"},${result}}\n\n`,
    ],
    ['a result twice', `data: {"jsonrpc":"2.0","id":1,"result":{},${result}}\n\n`],
    [
      'a result twice, once escaped',
      `data: {"jsonrpc":"2.0","id":1,"result":{},"re\\u0073ult":{"tools":[{"name":"admin_tool"}]}}\n\n`,
    ],
    [
      'a result in another case',
      `data: {"jsonrpc":"2.0","id":1,"Result":{"tools":[{"name":"admin_tool"}]},"result":{}}\n\n`,
    ],
    [
      'a result with the long s',
      `data: {"jsonrpc":"2.0","id":1,"reſult":{"tools":[{"name":"admin_tool"}]},"result":{}}\n\n`,
    ],
    ['__proto__', `data: {"jsonrpc":"2.0","id":1,"__proto__":{${result}},"result":{}}\n\n`],
    [
      'bytes that are not UTF-8',
      Buffer.concat([
        Buffer.from('data: {"jsonrpc":"2.0","id":1,"result":{"x":"'),
        Buffer.from([0xff]),
        Buffer.from('","tools":["admin_tool"]}}\n\n'),
      ]),
    ],
    [
      'UTF-16',
      Buffer.concat([Buffer.from('data: '), Buffer.from(list, 'utf16le'), Buffer.from('\n\n')]),
    ],
    ['no data field', `${list}\n\n`],
    ['a data field in capitals', `Data: ${list}\n\n`],
    ['a space before the field', ` data: ${list}\n\n`],
    ['no end', `data: ${list}`],
    ['one line break at the end', `data: ${list}\n`],
    ['one CR at the end', `data: ${list}\r`],
    ...exotic.map((space): [string, string] => [
      `U+${space.charCodeAt(0).toString(16)} before it`,
      `data: ${space}${list}\n\n`,
    ]),
    ...exotic.map((space): [string, string] => [
      `U+${space.charCodeAt(0).toString(16)} between its lines`,
      `data: ${list.slice(0, comma)}${space}\ndata: ${list.slice(comma)}\n\n`,
    ]),
  ]
  for (const [name, stream] of rows) {
    test(name, () => {
      const seen = relay(stream)
      assert.deepEqual(kinds(seen), [])
      assert.doesNotMatch(seen.relayed, /admin_tool/)
    })
  }
})

describe('A single body of JSON', () => {
  test('behind a byte order mark is refused, so that no reader strips it and reads on', () => {
    assert.equal(tryRead(Buffer.from(`\ufeff${list}`)), undefined)
    assert.equal(tryRead(Buffer.from(list))?.kind, 'result')
  })
})
