import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { problemDetails } from './problem-details.ts'
import { rateLimitHeaders, retryAfter } from './rate-limit.ts'

const types = 'https://bailiwick.dev/problems/'

describe('A refusal is a problem of RFC 9457', () => {
  test('with its type, its status and what its reader can do', () => {
    const { status, headers, bytes } = problemDetails(
      { kind: 'limited', detail: 'Try again.', retryAfterMs: 1200, more: { call: 'cal_1' } },
      types,
    )
    assert.equal(status, 429)
    assert.deepEqual(headers, [
      ...['content-type', 'application/problem+json', 'cache-control', 'no-store'],
      ...['retry-after', '2'],
    ])
    assert.deepEqual(JSON.parse(bytes.toString()), {
      call: 'cal_1',
      type: 'https://bailiwick.dev/problems/limited',
      title: 'This is more than is permitted in this time.',
      status: 429,
      detail: 'Try again.',
      retryAfterMs: 1200,
    })
  })

  test('each with its status', () => {
    const statusOf = (kind: 'denied' | 'held' | 'limited' | 'unrecorded') =>
      problemDetails({ kind, detail: '' }, types).status
    assert.deepEqual(
      [statusOf('denied'), statusOf('held'), statusOf('limited'), statusOf('unrecorded')],
      [403, 403, 429, 503],
    )
  })

  test('whose own members nothing else can take the place of', () => {
    const more = { status: 200, type: 'about:blank', detail: 'x' }
    const { bytes } = problemDetails({ kind: 'denied', detail: 'No.', more }, types)
    const { status, type, detail } = JSON.parse(bytes.toString())
    assert.deepEqual([status, type, detail], [403, `${types}denied`, 'No.'])
  })

  test('without Retry-After where trying again changes nothing', () => {
    const { headers } = problemDetails({ kind: 'held', detail: '' }, types)
    assert.ok(!headers.includes('retry-after'))
  })
})

describe('Quotas are told in headers', () => {
  const minute = {
    name: 'create-ticket/minute',
    most: 30,
    windowSeconds: 60,
    left: 0,
    resetSeconds: 12.2,
  }
  const day = {
    name: 'create-ticket/day',
    most: 500,
    windowSeconds: 86_400,
    left: 71,
    resetSeconds: 4000,
  }

  test('the tightest first', () =>
    assert.deepEqual(rateLimitHeaders([day, minute]), [
      'ratelimit-policy',
      '"create-ticket/minute";q=30;w=60, "create-ticket/day";q=500;w=86400',
      'ratelimit',
      '"create-ticket/minute";r=0;t=13, "create-ticket/day";r=71;t=4000',
    ]))

  test('as nothing where there are none', () => assert.deepEqual(rateLimitHeaders([]), []))

  test('in characters and numbers that a structured field has', () => {
    const odd = { ...minute, name: 'a"b\\c\r\nX: y', left: -3, most: 1e300 }
    const [, policy = '', , state = ''] = rateLimitHeaders([odd])
    assert.equal(policy, '"a\\"b\\\\c??X: y";q=999999999999999;w=60')
    assert.equal(state, '"a\\"b\\\\c??X: y";r=0;t=13')
  })

  test('Retry-After is whole seconds, and never too few', () =>
    assert.deepEqual([0, 1, 1000, 1001, 59_999].map(retryAfter), ['1', '1', '1', '2', '60']))
})
