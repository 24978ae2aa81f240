import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CallRecord } from '#ledger/ledger.ts'
import { pathOf } from '#manager/call-path.ts'
import { drawStrip, tellResult } from './strip.ts'

type About = Pick<CallRecord, 'decision' | 'station' | 'outcome' | 'because' | 'count'>

const refused = (decision: About['decision'], station: string, because: string): About => ({
  decision,
  station,
  because,
  outcome: undefined,
  count: 1,
})
const permitted = (outcome: About['outcome']): About => ({
  decision: 'permitted',
  station: 'forward',
  because: 'grant g',
  outcome,
  count: 1,
})
const ended = (status: NonNullable<About['outcome']>['status'], code = '') =>
  permitted({ status, code, ms: 12, resultBytes: 0 })

// Shapes, the same in ASCII, and the same in words: golden.
const golden: readonly (readonly [string, About, string, string, string])[] = [
  ['complete', ended('complete'), '●●●●●◉', '*****@', 'complete'],
  ['waits for input', ended('input required'), '●●●●●◉', '*****@', 'input required'],
  ['the tool said no', ended('tool error'), '●●●●▲◉', '****!@', 'tool error'],
  [
    'protocol error',
    ended('protocol error', '-32602'),
    '●●●●▲◉',
    '****!@',
    'protocol error: -32602',
  ],
  [
    'server down',
    ended('failed', 'upstream_unreachable'),
    '●●●●▲◉',
    '****!@',
    'failed: upstream_unreachable',
  ],
  ['no secret', ended('failed', 'no_credential'), '●●●▲○◉', '***!.@', 'failed: no_credential'],
  ['caller went away', ended('cancelled'), '●●●●▲◉', '****!@', 'cancelled'],
  ['process ended in between', ended('unknown'), '●●●●?◉', '****?@', 'unknown'],
  ['under way', permitted(undefined), '●●●●○○', '****..', 'under way'],
  ['no grant', refused('denied', 'permit', 'no grant'), '●■○○○◉', '*#...@', 'denied: no grant'],
  ['scope', refused('denied', 'authenticate', 'scope'), '■○○○○◉', '#....@', 'denied: scope'],
  [
    'held',
    refused('held', 'permit', 'definition changed'),
    '●◆○○○◉',
    '*+...@',
    'held: definition changed',
  ],
  [
    'limited',
    refused('limited', 'limit', 'quota q, 2 per second'),
    '●●‖○○◉',
    '**=..@',
    'limited: quota q, 2 per second',
  ],
  [
    'vault empty',
    refused('denied', 'credential', 'not in the vault'),
    '●●●■○◉',
    '***#.@',
    'denied: not in the vault',
  ],
  [
    'other era',
    refused('denied', 'forward', 'speaks 2025-11-25'),
    '●●●●■◉',
    '****#@',
    'denied: speaks 2025-11-25',
  ],
]

describe('The strip', () => {
  const plain = (text: string) => text
  for (const [name, record, shapes, ascii, words] of golden)
    test(`of a call: ${name} is ${shapes}`, () => {
      const path = pathOf(record)
      assert.equal(drawStrip(path, { ascii: false, paint: plain }), shapes)
      assert.equal(drawStrip(path, { ascii: true, paint: plain }), ascii)
      assert.equal(tellResult(record), words)
    })

  test('has six stations in the order of trust', () => {
    const [, record] = golden[0] ?? []
    assert.ok(record)
    assert.deepEqual(
      pathOf(record).map(({ station }) => station),
      ['authenticate', 'permit', 'limit', 'credential', 'forward', 'record'],
    )
  })

  test('says how often a refusal was counted', () => {
    assert.equal(
      tellResult({ ...refused('denied', 'permit', 'no grant'), count: 400 }),
      'denied: no grant (400 times)',
    )
  })
})
