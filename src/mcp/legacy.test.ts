import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isSessionId, legacyRevision, negotiateRevision } from './legacy.ts'
import { LEGACY_HTTP_REVISIONS, LEGACY_STDIO_REVISIONS } from './revisions.ts'

describe('An initialize', () => {
  test('gets the revision that it asks for, if that is supported', () => {
    for (const revision of LEGACY_HTTP_REVISIONS)
      assert.equal(negotiateRevision(revision), revision)
    assert.equal(negotiateRevision('2024-11-05', LEGACY_STDIO_REVISIONS), '2024-11-05')
  })

  test('gets the newest legacy one for anything else', () => {
    for (const asked of [
      '2026-07-28',
      '2024-11-05',
      '1999-01-01',
      '',
      undefined,
      7,
      {},
      ['2025-03-26'],
    ]) {
      assert.equal(negotiateRevision(asked), '2025-11-25')
    }
    assert.equal(negotiateRevision('2025-11-25', ['2025-06-18']), '2025-06-18')
  })
})

describe('The revision of a legacy request', () => {
  test('is in its header, in its session, or 2025-03-26', () => {
    assert.equal(legacyRevision('2025-06-18', '2025-11-25'), '2025-06-18')
    assert.equal(legacyRevision(undefined, '2025-11-25'), '2025-11-25')
    assert.equal(legacyRevision(undefined, undefined), '2025-03-26')
  })

  test('that is not supported is refused with 400 and the ones that are', () => {
    for (const header of ['2024-11-05', '2026-07-28', '2025-06-18, 2025-06-18', '', 'x']) {
      const refusal = legacyRevision(header, undefined)
      assert.ok(typeof refusal === 'object', header)
      assert.equal(refusal.status, 400)
      assert.deepEqual(refusal.data, { supported: ['2025-11-25', '2025-06-18', '2025-03-26'] })
    }
  })
})

test('A session id is visible ASCII', () => {
  for (const id of ['a', '!~', '1868a90c-7f', 'x'.repeat(1024)]) assert.ok(isSessionId(id), id)
  for (const id of ['', 'a b', 'a\n', 'ä', 'a\u007f', 'x'.repeat(1025)])
    assert.ok(!isSessionId(id), id)
})
