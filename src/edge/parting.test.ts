import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { partingOf } from './parting.ts'

describe('What a connection hears that is given up on', () => {
  test('nothing, where it never asked: a browser would take it for its first answer', () => {
    assert.equal(partingOf('ERR_HTTP_REQUEST_TIMEOUT', 0), undefined)
    assert.equal(partingOf('ECONNRESET', 0), undefined)
  })

  test('408 for a head that never ended, which may be asked again', () => {
    assert.match(partingOf('ERR_HTTP_REQUEST_TIMEOUT', 20) ?? '', /^HTTP\/1\.1 408 .*\r\n\r\n$/s)
  })

  test('400 for what is not HTTP', () => {
    assert.match(partingOf('HPE_INVALID_METHOD', 20) ?? '', /^HTTP\/1\.1 400 .*\r\n\r\n$/s)
  })
})
