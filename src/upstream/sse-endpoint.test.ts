import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { endpointAt } from './sse-endpoint.ts'

describe('the endpoint that a stream of HTTP+SSE names', () => {
  const stream = new URL('https://tools.example.com:8443/mcp/sse?key=abc')
  const at = (text: string) => endpointAt(Buffer.from(text), stream)

  for (const [text, target] of [
    ['/messages?sessionId=1', '/messages?sessionId=1'],
    ['messages', '/mcp/messages'],
    ['?sessionId=1', '/mcp/sse?sessionId=1'],
    ['https://tools.example.com:8443/m', '/m'],
    ['https://TOOLS.example.com:8443/m#part', '/m'],
    ['//tools.example.com:8443/m', '/m'],
    [' /m\n', '/m'],
  ] as const)
    test(`is taken at its own origin: ${JSON.stringify(text)}`, () => {
      assert.deepEqual(at(text), { target })
    })

  for (const text of [
    'https://evil.example.com/m',
    'https://tools.example.com/m',
    'https://tools.example.com:8444/m',
    'http://tools.example.com:8443/m',
    '//evil.example.com/m',
    '\\\\evil.example.com\\m',
    'https://tools.example.com:8443@evil.example.com/m',
    'https://user@tools.example.com:8443/m',
    'https://user:secret@tools.example.com:8443/m',
    'file:///etc/passwd',
    'data:text/plain,x',
  ])
    test(`is refused elsewhere: ${text}`, () => {
      assert.deepEqual(at(text), { problem: 'named an endpoint at another origin than its own' })
    })

  for (const text of ['', ' ', 'https://', `/${'x'.repeat(5000)}`])
    test(`is refused where it is none: ${JSON.stringify(text.slice(0, 20))}`, () => {
      assert.deepEqual(at(text), { problem: 'named no URL as its endpoint' })
    })
})
