import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createTestClock } from '../store/clock.ts'
import {
  callOf,
  exchange,
  Heard,
  json,
  listen,
  loanOf,
  modernServer,
  open,
  type Received,
  serverAt,
} from './ground.ts'

const SECRET = 'canary-7f3a1c-secret'
const bearer = { name: 'key', header: 'Authorization', format: 'Bearer {secret}' } as const
const lent = { loanFor: () => loanOf(SECRET) }
const withLoan = { loan: loanOf(SECRET) }

const answerTo = ({ message }: Received, text = 'ok') =>
  JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { content: [{ type: 'text', text }] } })

/** A server that answers calls like this, and how a call to it ends. */
async function calling(
  answer: (received: Received, response: ServerResponse) => void,
  limits: { messageBytes?: number } = {},
) {
  const server = await modernServer(answer)
  const { find } = await open([serverAt('foe', { url: server.url }, bearer)], { ...lent, limits })
  return { server, upstream: find('foe') }
}

describe('an answer that is no MCP answer fails closed', () => {
  const bodies: Record<string, (received: Received, response: ServerResponse) => void> = {
    'a page of HTML': (_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>{}</html>'),
    'JSON under another name': (received, response) =>
      response.writeHead(200, { 'content-type': 'text/plain' }).end(answerTo(received)),
    'no content type': (received, response) => response.writeHead(200).end(answerTo(received)),
    'JSON that is no object': (_, response) => json(response, 200, [1, 2]),
    'an empty body': (_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(),
    'two objects, one after the other, in brackets': (received, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(`[${answerTo(received)},${answerTo(received)}]`),
    'an encoding that nobody asked for': (received, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
        .end(answerTo(received)),
    '202 to a request': (_, response) => response.writeHead(202).end(),
    '204 to a request': (_, response) => response.writeHead(204).end(),
    'an event that is text': (_, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: hello\n\n'),
    'bytes that are no HTTP': (_, response) => {
      response.socket?.end('nonsense\r\n\r\n')
    },
    'a connection that breaks off within the body': (received, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '999' })
      response.write(answerTo(received), () => response.socket?.destroy())
    },
  }
  for (const [name, answer] of Object.entries(bodies)) {
    test(name, async () => {
      const { upstream } = await calling(answer)
      const heard = await exchange(upstream, callOf('any', {}, withLoan))
      assert.equal(heard.failure?.code, 'upstream_broken', heard.failure?.detail)
      assert.deepEqual(heard.texts, [])
      assert.match(heard.failure.detail, /^foe .+, at http:\/\/127\.0\.0\.1:\d+\/mcp$/)
      assert.doesNotMatch(JSON.stringify(heard.failure), /canary/)
    })
  }

  test('a connection that is closed without a word', async () => {
    const { upstream } = await calling((_, response) => void response.socket?.destroy())
    const heard = await exchange(upstream, callOf('any', {}, withLoan))
    assert.equal(heard.failure?.code, 'upstream_unreachable')
  })

  test('a body that is longer than accepted, whether it says so or never ends', async () => {
    const { upstream } = await calling(
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        const more = () => {
          while (!response.destroyed && response.write('{'.repeat(4096)));
        }
        response.on('drain', more)
        more()
      },
      { messageBytes: 100_000 },
    )
    const heard = await exchange(upstream, callOf('any', {}, withLoan))
    assert.equal(heard.failure?.code, 'upstream_too_large')
    assert.deepEqual(heard.texts, [])
  })

  test('an event that is longer than accepted, though the stream may be of any length', async () => {
    const { upstream } = await calling(
      (received, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        for (let i = 0; i < 50; i++) response.write(`data: {"n":"${'x'.repeat(1000)}"}\n\n`)
        response.write(`data: {"n":"${'x'.repeat(20_000)}`)
        response.write(`"}\n\ndata: ${answerTo(received)}\n\n`)
      },
      { messageBytes: 10_000 },
    )
    const heard = await exchange(upstream, callOf('any', {}, withLoan))
    assert.equal(heard.failure?.code, 'upstream_too_large')
    assert.equal(heard.texts.length, 50)
  })
})

describe('what the server says of our credential stays between us', () => {
  for (const status of [401, 403]) {
    test(`${status} is our side's to mend, and its challenge is not passed on`, async () => {
      const { upstream } = await calling((_, response) => {
        response.setHeader('www-authenticate', 'Bearer resource_metadata="https://evil.example"')
        json(response, status, { error: 'no' })
      })
      const heard = await exchange(upstream, callOf('any', {}, withLoan))
      assert.equal(heard.failure?.code, 'upstream_refused')
      assert.equal(heard.heads.length, 0)
    })
  }

  test('cookies and challenges never reach the caller', async () => {
    const { upstream } = await calling((received, response) => {
      response.setHeader('set-cookie', ['a=1', 'b=2'])
      response.setHeader('www-authenticate', 'Basic')
      response.setHeader('access-control-allow-origin', '*')
      response.setHeader('x-own', 'kept')
      response.writeHead(200, { 'content-type': 'application/json' }).end(answerTo(received))
    })
    const heard = await exchange(upstream, callOf('any', {}, withLoan))
    const names = (heard.heads[0]?.headers ?? []).filter((_, i) => i % 2 === 0)
    assert.ok(names.includes('x-own'))
    for (const name of ['set-cookie', 'www-authenticate', 'access-control-allow-origin']) {
      assert.ok(!names.includes(name), name)
    }
  })
})

// trust.md §1 row 24.
describe('a redirect is never followed, and carries nothing anywhere', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    for (const to of ['another origin', 'another port of this host', 'its own path']) {
      test(`${status} to ${to}`, async () => {
        const caught: Received['headers'][] = []
        const sink = await listen((request, response) => {
          caught.push(request.rawHeaders)
          json(response, 200, {})
        })
        const { server, upstream } = await calling((_, response) => {
          const location =
            to === 'its own path'
              ? '/elsewhere'
              : to === 'another origin'
                ? sink.url.replace('127.0.0.1', 'localhost')
                : sink.url
          response.writeHead(status, { location }).end()
        })
        const heard = await exchange(upstream, callOf('any', {}, withLoan))
        assert.equal(heard.failure?.code, 'upstream_broken')
        assert.match(heard.failure.detail, new RegExp(`answered ${status}, a redirect`))
        assert.deepEqual(caught, [])
        assert.equal(
          server.received.filter(({ message }) => message.method === 'tools/call').length,
          1,
        )
      })
    }
  }

  test('a server that redirects our own questions is down and says why', async () => {
    const { url } = await listen(
      (_, response) => void response.writeHead(307, { location: '/x' }).end(),
    )
    const { find } = await open([serverAt('foe', { url })])
    assert.equal(find('foe').health.state, 'down')
    assert.match(find('foe').health.detail, /answered 307, a redirect/)
  })
})

// trust.md §1 row 6.
describe('only the vault decides what the credential header says', () => {
  const lowerCase = [
    'authorization',
    'x-api-key',
    'x_api_key',
    'x-api_key',
    'x-upstream-authorization',
  ]
  for (const header of ['Authorization', 'X-Api-Key', 'x-upstream-authorization']) {
    test(`${header}, however the caller spells it`, async () => {
      const server = await modernServer((received, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(answerTo(received))
      })
      const { find } = await open(
        [serverAt('foe', { url: server.url }, { name: 'key', header, format: '{secret}' })],
        lent,
      )
      const key = header.toLowerCase()
      const spellings = [
        key,
        key.replaceAll('-', '_'),
        key.replace('-', '_'),
        `${key}`,
        ...lowerCase.filter((one) => one.replaceAll('_', '-') === key),
      ]
      for (const spelling of spellings) {
        const message = callOf('any', {}, withLoan)
        const headers = [...message.headers, spelling, 'from-caller', spelling, 'and-again']
        const heard = await exchange(find('foe'), { ...message, headers })
        assert.ok(heard.last.result, heard.failure?.detail)
      }
      for (const { headers } of server.received) {
        const values = headers.filter(
          (_, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase().replaceAll('_', '-') === key,
        )
        assert.deepEqual(values, [SECRET])
        assert.doesNotMatch(headers.join(' '), /from-caller|and-again/)
      }
    })
  }

  test('what a caller may never send on is dropped, whatever the credential', async () => {
    const server = await modernServer((received, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(answerTo(received))
    })
    const { find } = await open([serverAt('foe', { url: server.url })])
    const message = callOf('any')
    const dropped = [
      'authorization',
      'proxy-authorization',
      'cookie',
      'host',
      'forwarded',
      'connection',
      'upgrade',
      'expect',
      'te',
      'transfer-encoding',
      'content-length',
      'accept-encoding',
    ]
    const headers = [...message.headers, ...dropped.flatMap((name) => [name, 'mallory'])]
    const heard = await exchange(find('foe'), { ...message, headers })
    assert.ok(heard.last.result, heard.failure?.detail)
    assert.doesNotMatch(server.received.at(-1)?.headers.join(' ') ?? '', /mallory/)
  })

  for (const [what, secret] of Object.entries({
    'a line break': 'a\r\nx-injected: 1',
    'a nought': 'a\0b',
    'nothing at all': '',
    'letters outside ASCII': 'geheim-ä',
    'a space at its end': 'secret ',
  })) {
    test(`a secret with ${what} is not sent in a header`, async () => {
      const server = await modernServer(() => {})
      const { find } = await open([serverAt('foe', { url: server.url }, bearer)], {
        loanFor: () => loanOf(secret),
      })
      const heard = await exchange(find('foe'), callOf('any', {}, { loan: loanOf(secret) }))
      assert.equal(heard.failure?.code, 'no_credential')
      assert.equal(server.received.length, 0)
      assert.equal(find('foe').health.state, 'down')
    })
  }

  test('a secret that cannot be opened is not sent, and nothing is thrown', async () => {
    const { server, upstream } = await calling(() => {})
    const before = server.received.length
    const open = () => {
      throw new Error('the vault is shut')
    }
    const heard = await exchange(upstream, callOf('any', {}, { loan: { ...loanOf(''), open } }))
    assert.equal(heard.failure?.code, 'no_credential')
    assert.equal(server.received.length, before)
  })

  test("a secret's own `$&` stands in the header as it is", async () => {
    const server = await modernServer((received, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(answerTo(received))
    })
    const secret = "$& $' $$ {secret}"
    const { find } = await open([serverAt('foe', { url: server.url }, bearer)], {
      loanFor: () => loanOf(secret),
    })
    await exchange(find('foe'), callOf('any', {}, { loan: loanOf(secret) }))
    const { headers = [] } = server.received.at(-1) ?? {}
    assert.equal(headers[headers.indexOf('Authorization') + 1], `Bearer ${secret}`)
  })

  test('a call without the credential that its server needs is not made', async () => {
    const { server, upstream } = await calling(() => {})
    const before = server.received.length
    const heard = await exchange(upstream, callOf('any'))
    assert.equal(heard.failure?.code, 'no_credential')
    assert.equal(server.received.length, before)
  })
})

describe('time is bounded', () => {
  test('a server that never answers fails the call, and its connection is closed', async () => {
    const clock = createTestClock()
    const { promise: isClosed, resolve } = Promise.withResolvers<void>()
    const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>()
    const server = await modernServer((_, response) => {
      response.on('close', resolve)
      asked()
    })
    const { find } = await open([serverAt('foe', { url: server.url })], { clock })
    const heard = new Heard()
    find('foe').send(callOf('any', {}, { timeoutMs: 5000, endMs: 60_000 }), heard)
    await isAsked
    clock.advance(4999)
    assert.equal(heard.isOver, false)
    clock.advance(1)
    assert.equal(heard.failure?.code, 'upstream_timeout')
    assert.match(heard.failure.detail, /did not answer within 5000 ms/)
    await isClosed
  })

  test('a body that stops halfway fails after the same silence', async () => {
    const clock = createTestClock()
    const { promise: hasBegun, resolve: begun } = Promise.withResolvers<void>()
    const server = await modernServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"jsonrpc":', () => begun())
    })
    const { find } = await open([serverAt('foe', { url: server.url })], { clock })
    const heard = new Heard()
    find('foe').send(callOf('any', {}, { timeoutMs: 5000, endMs: 600_000 }), heard)
    await hasBegun
    while (heard.heads.length === 0) await new Promise((done) => setImmediate(done))
    clock.advance(5000)
    assert.equal(heard.isOver, false, 'the head came within this time')
    clock.advance(5000)
    assert.equal(heard.failure?.code, 'upstream_timeout')
  })

  test('a stream may be silent for long, but not past the end of the exchange', async () => {
    const clock = createTestClock()
    const server = await modernServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {"jsonrpc":"2.0","method":"notifications/progress"}\n\n')
    })
    const { find } = await open([serverAt('foe', { url: server.url })], { clock })
    const heard = new Heard()
    find('foe').send(callOf('any', {}, { timeoutMs: 1000, endMs: 500_000 }), heard)
    await heard.has(1)
    clock.advance(499_999)
    assert.equal(heard.isOver, false)
    clock.advance(1)
    assert.equal(heard.failure?.code, 'upstream_timeout')
  })
})

describe('a stream is relayed as it comes', () => {
  test('the same messages come, wherever the server breaks its bytes', async () => {
    const messages = [
      '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1,"text":"ß€𝄞"}}',
      '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":2}}',
      '{"jsonrpc":"2.0","id":1,"result":{"content":[]}}',
    ]
    let pieces: Buffer[] = []
    const server = await modernServer(async (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const piece of pieces) {
        await new Promise<void>((done) => void response.write(piece, () => done()))
      }
      response.end()
    })
    const { find } = await open([serverAt('foe', { url: server.url })])
    const ends = fc.constantFrom('\n', '\r\n', '\r')
    await fc.assert(
      fc.asyncProperty(ends, fc.array(fc.nat(400), { maxLength: 12 }), async (end, cuts) => {
        const stream = Buffer.from(
          messages.map((one, i) => `: note${end}id: ${i}${end}data: ${one}${end}${end}`).join(''),
        )
        const places = [...new Set([0, ...cuts, stream.length])].sort((a, b) => a - b)
        pieces = places.map((from, i) => stream.subarray(from, places[i + 1] ?? stream.length))
        const heard = await exchange(find('foe'), callOf('any'))
        assert.deepEqual(heard.texts, messages)
        assert.deepEqual(
          heard.events.map((event) => event?.id),
          ['0', '1', '2'],
        )
      }),
      { numRuns: 60 },
    )
  })

  test('an event is heard before the next is written', async () => {
    const { promise: hasHeard, resolve: goOn } = Promise.withResolvers<void>()
    const server = await modernServer(async (received, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {"jsonrpc":"2.0","method":"notifications/progress"}\n\n')
      await hasHeard
      response.end(`data: ${answerTo(received)}\n\n`)
    })
    const { find } = await open([serverAt('foe', { url: server.url })])
    const heard = new Heard()
    find('foe').send(callOf('any'), heard)
    await heard.has(1)
    assert.equal(heard.isOver, false)
    goOn()
    await heard.over
    assert.equal(heard.texts.length, 2)
  })

  test('a reader that stops makes the server stop, and goes on where it was', async () => {
    const event = `data: {"n":"${'x'.repeat(60_000)}"}\n\n`
    let written = 0
    const server = await modernServer(async (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      while (written < 500 && !response.destroyed) {
        written++
        if (!response.write(event)) await once(response, 'drain')
      }
      response.end()
    })
    const { find } = await open([serverAt('foe', { url: server.url })])
    const heard = new Heard()
    heard.ready = false
    const sent = find('foe').send(callOf('any'), heard)
    await heard.has(1)
    for (let before = 0, turns = 0; turns < 500; turns++) {
      if (written > before) turns = 0
      before = written
      await new Promise((done) => setImmediate(done))
    }
    assert.ok(heard.texts.length < 10, `${heard.texts.length} were heard`)
    assert.ok(written < 400, `${written} were written`)
    heard.ready = true
    sent.resume()
    await heard.over
    assert.equal(heard.failure, undefined)
    assert.equal(heard.texts.length, 500)
  })

  test('a caller that goes away closes the stream at the server', async () => {
    const { promise: isClosed, resolve } = Promise.withResolvers<void>()
    const server = await modernServer((_, response) => {
      response.on('close', resolve)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {"jsonrpc":"2.0","method":"notifications/progress"}\n\n')
    })
    const { find } = await open([serverAt('foe', { url: server.url })])
    const heard = new Heard()
    const sent = find('foe').send(callOf('any'), heard)
    await heard.has(1)
    sent.cancel('gone')
    await isClosed
    assert.equal(heard.isOver, false, 'nothing is heard after a cancel')
  })
})
