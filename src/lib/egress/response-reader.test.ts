import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { Duplex } from 'node:stream'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { NotHttpError } from './response-head.ts'
import { ResponseReader } from './response-reader.ts'

interface Heard {
  status: number
  headers: Record<string, unknown>
  body: string
  isOver: boolean
  behind: number
  keepMs: number
}

/** What is heard of these bytes, cut like this; `refused` where they are no answer. */
function hear(pieces: readonly Buffer[], closes = false, method = 'POST'): Heard | 'refused' {
  const heard: Heard = { status: 0, headers: {}, body: '', isOver: false, behind: 0, keepMs: -1 }
  const reader = new ResponseReader(method, {
    head({ status, headers, keepMs }) {
      Object.assign(heard, { status, headers: { ...headers }, keepMs })
    },
    data(bytes) {
      heard.body += bytes.toString('latin1')
    },
    end() {
      heard.isOver = true
    },
  })
  try {
    for (const piece of pieces) heard.behind += reader.push(piece)
    if (closes) reader.close()
    return heard
  } catch (error) {
    if (error instanceof NotHttpError) return 'refused'
    throw error
  }
}
const whole = (text: string) => [Buffer.from(text, 'latin1')]

describe('an answer is read', () => {
  const answers: Record<string, [text: string, body: string, keepMs: number]> = {
    'of known length': ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}', '{}', 4000],
    'in chunks, with an extension and a trailer': [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=b\r\n{"a\r\n3\r\n":1\r\n1\r\n}\r\n0\r\nx: y\r\n\r\n',
      '{"a":1}',
      4000,
    ],
    'until the connection ends': ['HTTP/1.0 200 OK\r\n\r\n{}', '{}', 0],
    'without a body': ['HTTP/1.1 204 No Content\r\n\r\n', '', 4000],
    'behind an interim one': [
      'HTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n',
      '',
      4000,
    ],
    'whose connection is not kept': [
      'HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 0\r\n\r\n',
      '',
      0,
    ],
    'whose connection is kept for so long': [
      'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=60, max=9\r\nContent-Length: 0\r\n\r\n',
      '',
      59_000,
    ],
  }
  for (const [name, [text, body, keepMs]] of Object.entries(answers))
    test(name, () => {
      const heard = hear(whole(text), true)
      assert(heard !== 'refused')
      assert.deepEqual([heard.body, heard.isOver, heard.keepMs], [body, true, keepMs])
    })

  test('however its bytes are cut', () => {
    const texts = Object.values(answers).map(([text]) => Buffer.from(text, 'latin1'))
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(fc.nat(200)), (bytes, cuts) => {
        const at = [...cuts.map((cut) => cut % bytes.length), 0, bytes.length].sort((a, b) => a - b)
        const pieces = at.slice(1).map((end, n) => bytes.subarray(at[n] ?? 0, end))
        assert.deepEqual(hear(pieces, true), hear([bytes], true))
      }),
    )
  })

  test('and what comes behind it is counted, not read', () => {
    const heard = hear(
      whole('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n\r\n'),
    )
    assert(heard !== 'refused')
    assert.deepEqual([heard.body, heard.behind], ['{}', 19])
  })

  test('a name of a field means nothing but itself', () => {
    const text = 'HTTP/1.1 200 OK\r\n__proto__: a\r\nconstructor: b\r\ncontent-length: 0\r\n\r\n'
    const heard = hear(whole(text))
    assert(heard !== 'refused')
    assert.equal(heard.status, 200)
    assert.equal(Object.getOwnPropertyDescriptor(heard.headers, 'constructor')?.value, 'b')
  })
})

// trust.md §1: an answer that two readers would end at different places reaches the wrong caller.
describe('attack: an answer whose end is in doubt is refused', () => {
  const head = 'HTTP/1.1 200 OK\r\n'
  const refused: Record<string, string> = {
    'two lengths': `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
    'two lengths in one': `${head}Content-Length: 2, 2\r\n\r\n{}`,
    'a length with a sign': `${head}Content-Length: +2\r\n\r\n{}`,
    'a length and chunks': `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'chunks of another coding': `${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    'chunks twice': `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'chunks before HTTP/1.1': 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'a size with a sign': `${head}Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n`,
    'a size of many digits': `${head}Transfer-Encoding: chunked\r\n\r\n0000000000000002\r\n{}\r\n0\r\n\r\n`,
    'a chunk that is longer than it says': `${head}Transfer-Encoding: chunked\r\n\r\n2\r\n{}}\r\n0\r\n\r\n`,
    'lines that end with LF alone': 'HTTP/1.1 200 OK\nContent-Length: 2\n\n{}\r\n\r\n',
    'a size that ends with LF alone': `${head}Transfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n`,
    'a field that goes on in the next line': `${head}X: a\r\n Content-Length: 2\r\n\r\n{}`,
    'a space before the colon': `${head}Content-Length : 2\r\n\r\n{}`,
    'a CR within a field': `${head}X: a\rContent-Length: 9\r\nContent-Length: 2\r\n\r\n{}`,
    'a NUL within a field': `${head}X: a\0\r\nContent-Length: 2\r\n\r\n{}`,
    'a change of protocol': 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n',
    'another version': 'HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\n{}',
    'no HTTP, and no end of it': 'hello',
    'headers without an end': `${head}X: ${'a'.repeat(17_000)}`,
    'a trailer without an end': `${head}Transfer-Encoding: chunked\r\n\r\n0\r\n${'x: y\r\n'.repeat(9000)}`,
  }
  for (const [name, text] of Object.entries(refused))
    test(name, () => assert.equal(hear(whole(text)), 'refused'))
})

/** What Node's own parser hears of the same bytes. */
function hearByNode(bytes: Buffer): Promise<{ status: number; body: string } | 'refused'> {
  return new Promise((resolve) => {
    const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
    const request = httpRequest({ method: 'POST', createConnection: () => socket })
    const refuse = () => {
      resolve('refused')
      socket.destroy()
    }
    request.on('error', refuse)
    request.on('upgrade', refuse)
    request.on('response', (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString('latin1')
      })
      response.on('error', refuse)
      response.on('end', () => {
        resolve(response.complete ? { status: response.statusCode ?? 0, body } : 'refused')
        socket.destroy()
      })
    })
    request.end('{}')
    socket.push(bytes)
    socket.push(null)
  })
}

test('what is taken for an answer is the same answer to the parser of Node.js', async () => {
  const token = fc.constantFrom('x-a', 'Content-Type', 'connection', 'Keep-Alive', 'date')
  const value = fc.constantFrom('a', '', 'text/plain; q=1', 'keep-alive', 'timeout=5', '\t b ')
  const fields = fc
    .array(fc.tuple(token, value), { maxLength: 4 })
    .map((all) => all.map(([name, one]) => `${name}: ${one}\r\n`).join(''))
  const body = fc.string({ maxLength: 20 }).map((text) => Buffer.from(text).toString('latin1'))
  const framed = body.chain((text) =>
    fc.constantFrom(
      `Content-Length: ${text.length}\r\n\r\n${text}`,
      `Transfer-Encoding: chunked\r\n\r\n${text && `${text.length.toString(16)}\r\n${text}\r\n`}0\r\n\r\n`,
      `\r\n${text}`,
    ),
  )
  const status = fc.constantFrom('200 OK', '404 Not Found', '204 No Content', '500 ', '200')
  const answer = fc
    .tuple(fc.constantFrom('1.1', '1.0'), status, fields, framed)
    .map(([version, line, head, rest]) => `HTTP/${version} ${line}\r\n${head}${rest}`)
  const edit = fc.tuple(
    fc.nat(400),
    fc.constantFrom('', '\r', '\n', '\r\n', ' ', ':', '0', '\0', ',', '\x7f', 'Content-Length: 1'),
    fc.nat(2),
  )
  const edited = fc.tuple(answer, fc.array(edit, { maxLength: 2 })).map(([text, edits]) =>
    edits.reduce((all, [where, put, drop]) => {
      const at = where % (all.length + 1)
      return all.slice(0, at) + put + all.slice(at + drop)
    }, text),
  )
  let taken = 0
  await fc.assert(
    fc.asyncProperty(edited, async (text) => {
      const bytes = Buffer.from(text, 'latin1')
      const ours = hear([bytes], true)
      if (ours === 'refused' || !ours.isOver || ours.behind > 0) return
      taken++
      const theirs = await hearByNode(bytes)
      assert(theirs !== 'refused', `Node refuses ${JSON.stringify(text)}`)
      assert.deepEqual({ status: ours.status, body: ours.body }, theirs, JSON.stringify(text))
    }),
    { numRuns: 2000 },
  )
  assert(taken > 400, `${taken} were answers`)
})
