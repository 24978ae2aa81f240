import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { systemRandom } from '#lib/clock.ts'
import { createSealer } from './sealer.ts'

const key = createSecretKey(Buffer.alloc(32, 7))
const make = (purpose = 'vault') =>
  createSealer({ key, plane: 'ops', purpose, random: systemRandom })

test('what was sealed opens under its context alone, by a later sealer of the same key too', () => {
  const [first, second] = [make(), make()]
  fc.assert(
    fc.property(fc.uint8Array(), fc.string(), fc.string(), (plain, context, other) => {
      const sealed = first.seal(plain, context)
      assert.equal(sealed.length, plain.length + 45)
      assert.deepEqual(first.open(sealed, context), Buffer.from(plain))
      assert.deepEqual(second.open(sealed, context), Buffer.from(plain))
      if (other !== context) assert.equal(first.open(sealed, other), undefined)
    }),
  )
})

test('one flipped bit anywhere, or a byte more or less, and it does not open', () => {
  const sealer = make()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), (plain, anywhere) => {
      const sealed = sealer.seal(plain, 'c')
      const bit = anywhere % (sealed.length * 8)
      const broken = Buffer.from(sealed)
      broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      assert.equal(sealer.open(broken, 'c'), undefined)
      assert.equal(sealer.open(sealed.subarray(0, -1), 'c'), undefined)
      assert.equal(sealer.open(Buffer.concat([sealed, Buffer.of(0)]), 'c'), undefined)
    }),
    { numRuns: 500 },
  )
})

test('any bytes are answered with undefined', () => {
  const sealer = make()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.equal(sealer.open(bytes, 'c'), undefined)
    }),
  )
})

test('the same text is never sealed to the same bytes, and no nonce returns', () => {
  const sealer = make()
  const nonces = new Set(
    Array.from({ length: 1000 }, () =>
      sealer.seal(Buffer.from('x'), 'c').subarray(17, 29).toString('hex'),
    ),
  )
  assert.equal(nonces.size, 1000)
})

test('opens a view into a larger buffer, and leaves what it was given as it was', () => {
  const sealer = make()
  const sealed = sealer.seal(Buffer.from('x'), 'c')
  const larger = new Uint8Array([...Buffer.alloc(5), ...sealed, ...Buffer.alloc(5)])
  assert.equal(sealer.open(larger.subarray(5, 5 + sealed.length), 'c')?.toString(), 'x')
  assert.deepEqual(Buffer.from(larger.subarray(5, 5 + sealed.length)), sealed)
})

test('what strangers made up does not push out the keys of earlier starts', () => {
  const mine = make()
  const sealed = make().seal(Buffer.from('x'), 'c')
  assert.ok(mine.open(sealed, 'c'))
  for (let i = 0; i < 1000; i++) {
    assert.equal(mine.open(Buffer.concat([Buffer.of(1), systemRandom(60)]), 'c'), undefined)
  }
  assert.ok(mine.open(sealed, 'c'))
})
