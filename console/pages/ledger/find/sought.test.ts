import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { readKey, soughtOf } from './sought.ts'

test('what somebody is found by is the HMAC of the argument, a zero byte and the text, in UTF-8', async () => {
  for (const [argument, text] of [
    ['customer', '4711'],
    ['müşteri', 'Ayşe Yılmaz'],
    ['iban', '𝕏 👩‍🔬'],
    ['a', ''],
  ] as const) {
    const bytes = randomBytes(32)
    const expected = createHmac('sha256', bytes).update(`${argument}\0${text}`).digest('hex')
    assert.equal(await soughtOf(await readKey(bytes.toString('hex')), argument, text), expected)
  }
})

test('attack: the key is not to be had from the page again', async () => {
  const key = await readKey(randomBytes(32).toString('hex'))
  assert.equal(key.extractable, false)
  await assert.rejects(crypto.subtle.exportKey('raw', key))
})
