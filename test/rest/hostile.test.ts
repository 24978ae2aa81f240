import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '#lib/clock.ts'
import { createEgress, type Egress } from '#lib/egress/egress.ts'
import type { JsonObject } from '#lib/json.ts'
import { type Built, build } from '#rest/build.ts'
import { match } from '#rest/match.ts'
import { readOpenApi } from '#rest/openapi/read-openapi.ts'
import { headers, type Row, segments, targets, values } from './hostile.ts'

// An API that is a bare socket hears what reaches it, byte by byte, and reads it more loosely than any
// server does: nothing of a hostile text may be more to it than one segment, one value or one header.

const text = { type: 'string' }
const document = {
  openapi: '3.1.0',
  info: { title: 'Tickets', version: '1' },
  paths: {
    '/tickets': {
      get: { operationId: 'listTickets', parameters: [{ name: 'q', in: 'query', schema: text }] },
    },
    '/tickets/{id}': {
      get: {
        operationId: 'getTicket',
        parameters: [
          { name: 'id', in: 'path', required: true, schema: text },
          { name: 'X-Tag', in: 'header', schema: text },
        ],
      },
    },
    '/tickets/export': { get: { operationId: 'exportTickets' } },
  },
}
const api = readOpenApi(JSON.stringify(document))
assert.ok(!('problems' in api))
const { routes, operations } = api
const operationOf = (name: string) => {
  const found = operations.find((one) => one.name === name)
  assert.ok(found)
  return found
}

let server: Server
let egress: Egress
const heard: string[] = []

before(async () => {
  server = createServer((socket: Socket) => {
    let request = ''
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      request += chunk.toString('latin1')
      if (!request.endsWith('\r\n\r\n')) return
      heard.push(request)
      request = ''
      socket.write('HTTP/1.1 204 No Content\r\n\r\n')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  egress = createEgress({ origin: `http://127.0.0.1:${port}`, clock: systemClock })
})
after(async () => {
  await egress.close()
  await new Promise((resolve) => server.close(resolve))
})

/** The one request that reached the API: its line, and its headers by name. */
const send = ({ path, query, headers: sent }: Built) =>
  new Promise<{ target: string; headers: Map<string, string> }>((resolve, reject) => {
    heard.length = 0
    egress.send(
      {
        method: 'GET',
        path: query === '' ? path : `${path}?${query}`,
        headers: sent,
        body: undefined,
        silenceMs: 20_000,
        endMs: 20_000,
        isStream: false,
      },
      {
        head: () => 1000,
        data: () => true,
        fail: (problem, detail) => reject(new Error(`${problem}: ${detail}`)),
        end() {
          const [request = '', another] = heard
          assert.equal(another, undefined, 'a second request reached the API')
          const [line = '', ...lines] = request.trimEnd().split('\r\n')
          const [method, target = '', version, ...more] = line.split(' ')
          assert.deepEqual([method, version, more], ['GET', 'HTTP/1.1', []])
          const pairs = lines.map((one): [string, string] => {
            const colon = one.indexOf(': ')
            return [one.slice(0, colon).toLowerCase(), one.slice(colon + 2)]
          })
          resolve({ target, headers: new Map(pairs) })
        },
      },
    )
  })

/** The path as a reader takes it who decodes until nothing changes, folds, cuts `;…` off and resolves dots. */
const loosely = (path: string): string[] => {
  let decoded = path
  for (let before = ''; before !== decoded; ) {
    before = decoded
    try {
      decoded = decodeURIComponent(decoded)
    } catch {
      decoded = decoded.replace(/%[0-9a-f]{2}/gi, (one) =>
        String.fromCharCode(Number(`0x${one.slice(1)}`)),
      )
    }
    decoded = decoded.normalize('NFKC')
  }
  const kept: string[] = []
  for (const segment of decoded.replaceAll('\\', '/').split('/').slice(1)) {
    const plain = segment.replace(/;.*$/s, '')
    if (plain === '..') kept.pop()
    else if (plain !== '.') kept.push(plain)
  }
  return kept
}

const name = (written: string): string =>
  JSON.stringify(written.length > 60 ? `${written.slice(0, 20)}… (${written.length})` : written)

const everyRow = (
  rows: readonly Row[],
  check: (fate: Row[0], written: string) => Promise<void>,
) => {
  for (const [fate, written] of rows)
    test(`${name(written)} is ${fate}`, () => check(fate, written))
}

const builtOf = (fate: Row[0], operation: string, args: JsonObject): Built | undefined => {
  const built = build(routes, operationOf(operation), args)
  assert.equal('problem' in built ? 'refused' : 'sent', fate, JSON.stringify(built))
  return 'problem' in built ? undefined : built
}

test('there are more than two hundred of them, each once', () => {
  const all = [segments, values, headers, targets]
  for (const rows of all)
    assert.equal(new Set(rows.map(([, written]) => written)).size, rows.length)
  assert.ok(all.flat().length >= 200, String(all.flat().length))
})

describe('A hostile argument of a path', () => {
  everyRow(segments, async (fate, id) => {
    const built = builtOf(fate, 'getTicket', { id })
    if (!built) return
    const { target } = await send(built)
    assert.match(target, /^\/tickets\/[A-Za-z0-9\-._~%]+$/)
    assert.equal(decodeURIComponent(target.slice('/tickets/'.length)), id)
    const [first, second, ...more] = loosely(target)
    assert.deepEqual([first, more], ['tickets', []])
    assert.ok(second, 'it is gone')
  })
})

describe('A hostile argument of a query', () => {
  everyRow(values, async (fate, q) => {
    const built = builtOf(fate, 'listTickets', { q })
    if (!built) return
    const { target } = await send(built)
    assert.match(target, /^\/tickets\?q=[A-Za-z0-9\-._~%]*$/)
    const pairs = [...new URL(target, 'http://x').searchParams]
    assert.deepEqual(pairs, [['q', q]])
  })
})

describe('A hostile argument of a header', () => {
  everyRow(headers, async (fate, tag) => {
    const built = builtOf(fate, 'getTicket', { id: '42', 'x-tag': tag })
    if (!built) return
    const sent = await send(built)
    assert.equal(sent.target, '/tickets/42')
    assert.equal(sent.headers.get('x-tag'), tag)
    assert.deepEqual([...sent.headers.keys()].toSorted(), ['connection', 'host', 'x-tag'])
  })
})

describe('A hostile header on the wire', () => {
  everyRow(headers, async (fate, tag) => {
    // As it would come from the wire, one byte a character.
    const rawHeaders = ['X-Tag', Buffer.from(tag).toString('latin1')]
    const found = match(routes, { method: 'GET', target: '/tickets/42', rawHeaders })
    assert.equal('problem' in found ? 'refused' : 'sent', fate)
  })
})

describe('A hostile target', () => {
  everyRow(targets, async (fate, target) => {
    const found = match(routes, { method: 'GET', target, rawHeaders: [] })
    assert.equal('arguments' in found ? 'sent' : 'refused', fate, JSON.stringify(found))
    if (!('arguments' in found)) return
    const built = build(routes, found.operation, found.arguments)
    assert.ok(!('problem' in built), JSON.stringify(built))
    const sent = await send(built)
    assert.match(sent.target, /^\/tickets(?:\/[A-Za-z0-9\-._~%]+|\?q=[A-Za-z0-9\-._~%]*)?$/)
    assert.equal(loosely(sent.target.split('?')[0] ?? '')[0], 'tickets')
    const again = match(routes, { method: 'GET', target: sent.target, rawHeaders: [] })
    assert.deepEqual(again, found)
  })
})
