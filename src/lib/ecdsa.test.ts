import assert from 'node:assert/strict'
import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { verifyEcdsa } from './ecdsa.ts'

for (const [namedCurve, digest, half] of [
  ['P-256', 'sha256', 32],
  ['P-384', 'sha384', 48],
] as const) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve })
  const form = { dsaEncoding: 'ieee-p1363' } as const

  test(`${namedCurve}: what was signed verifies, and no other bytes or signature`, () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(half * 2 - 1), (bytes, at) => {
        const signature = sign(digest, bytes, { key: privateKey, ...form })
        assert(verifyEcdsa(digest, bytes, publicKey, signature))
        assert(!verifyEcdsa(digest, Buffer.concat([bytes, Buffer.of(1)]), publicKey, signature))
        signature[at] = (signature[at] ?? 0) ^ 1
        assert(!verifyEcdsa(digest, bytes, publicKey, signature))
      }),
      { numRuns: 50 },
    )
  })

  // Zeros at the front, high bits, nothing but zeros: where a wrong DER shows.
  test(`${namedCurve}: of any numbers it says what Node.js says of them in their own form`, () => {
    const number = fc.oneof(
      fc.uint8Array({ minLength: half, maxLength: half }),
      fc
        .nat(half)
        .map((zeros) => Buffer.concat([Buffer.alloc(zeros), Buffer.alloc(half - zeros, 0xff)])),
      fc.nat(255).map((last) => Buffer.concat([Buffer.alloc(half - 1), Buffer.of(last)])),
    )
    fc.assert(
      fc.property(number, number, (r, s) => {
        const signature = Buffer.concat([r, s])
        const said = verify(digest, signature, { key: publicKey, ...form }, signature)
        assert.equal(verifyEcdsa(digest, signature, publicKey, signature), said)
      }),
    )
  })
}
