import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { isRoca } from './roca.ts'

/** The product of the primes, and a number of the form that the library made: k·M + (65537^a mod M). */
const primes = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
  103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
]
const product = primes.reduce((all, prime) => all * BigInt(prime), 1n)

test('a modulus of the form that Infineon’s library made is known by its fingerprint', () => {
  for (const [k, a] of [
    [1n, 5],
    [3n ** 400n, 77],
    [2n ** 1800n, 1234],
  ] as const)
    assert(isRoca(k * product + (65_537n ** BigInt(a) % product)))
})

test('any other is not', () => {
  const { n = '' } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
    format: 'jwk',
  })
  assert.equal(isRoca(BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`)), false)
  assert.equal(isRoca(product + 2n), false)
})
