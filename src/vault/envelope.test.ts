import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import { systemRandom } from '#lib/clock.ts'
import { openSecret, sealSecret, unwrapKey } from './envelope.ts'
import { createSealer } from './sealer.ts'

const sealer = createSealer({
  key: createSecretKey(Buffer.alloc(32, 7)),
  plane: 'ops',
  purpose: 'vault',
  random: systemRandom,
})
const place = { plane: 'ops', credential: 'calendar-api', version: 3 }
const sealed = sealSecret(place, Buffer.from('hunter2'), { sealer, random: systemRandom })
const row = { ...place, ...sealed, at: 0 }
const elsewhere = [
  { ...place, plane: 'finance' },
  { ...place, credential: 'calendar-ap' },
  { ...place, version: 33 },
]

test('a secret opens at its place', () => {
  const key = unwrapKey(place, row, sealer)
  assert.ok(key)
  assert.equal(openSecret(place, row, key)?.toString(), 'hunter2')
})

test('its data key is unwrapped for its credential and version alone', () => {
  for (const other of elsewhere.slice(1)) assert.equal(unwrapKey(other, row, sealer), undefined)
})

test('and even the right data key opens it at its plane, credential and version alone', () => {
  const key = unwrapKey(place, row, sealer)
  assert.ok(key)
  for (const other of elsewhere) assert.equal(openSecret(other, row, key), undefined)
})
