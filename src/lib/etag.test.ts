import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isTagList, namesTag, tagOfBytes } from './etag.ts'

describe('An entity tag', () => {
  test('is the same for the same bytes and another for others', () => {
    const tag = tagOfBytes(Buffer.from('{}'))
    assert.match(tag, /^"[\w-]{22}"$/)
    assert.equal(tagOfBytes(Buffer.from('{}')), tag)
    assert.notEqual(tagOfBytes(Buffer.from('[]')), tag)
  })

  test('is named by If-None-Match in a list, weak or strong, or by *', () => {
    for (const written of ['*', '"a"', 'W/"a"', '"b", "a"', '"b",W/"a" , "c"'])
      assert.ok(namesTag(written, '"a"'), written)
    for (const written of ['', 'a', '"b"', '"A"', '"a', '"a" "b"', `${'"b",'.repeat(40)}"a"`])
      assert.ok(!namesTag(written, '"a"'), written)
  })

  test('stands in a list in one form', () => {
    assert.ok(isTagList('"1", W/"2"'))
    assert.ok(!isTagList('1'))
  })
})
