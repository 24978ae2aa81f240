import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  createNoteKey,
  type NoteKey,
  noteTypes,
  parseNote,
  parseVerifierKey,
  rawPublicKey,
  signNote,
  verifierKeyText,
  verifyNote,
} from './signed-note.ts'

// The example of C2SP signed-note.
const exampleKey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
const example = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`

const seed = Buffer.from('302e020100300506032b657004220420'.concat('11'.repeat(32)), 'hex')
const privateKey = createPrivateKey({ key: seed, format: 'der', type: 'pkcs8' })
const name = 'bailiwick/one/ops'
const plain = createNoteKey(name, noteTypes.plain, rawPublicKey(privateKey))
const timed = createNoteKey(name, noteTypes.timed, rawPublicKey(privateKey))
const text = `${name}\n12\nqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=\n`
const signed = signNote(
  text,
  [
    { key: plain, privateKey },
    { key: timed, privateKey },
  ],
  1_700_000_000,
)

const judge = (note: string | Uint8Array, keys: readonly NoteKey[]) => {
  const parsed = parseNote(Buffer.from(note))
  return 'problem' in parsed ? parsed : verifyNote(parsed, keys)
}
const problemOf = (note: string | Uint8Array, keys: readonly NoteKey[] = [plain, timed]) => {
  const judged = judge(note, keys)
  return 'problem' in judged ? judged.problem : undefined
}

describe('A signed note', () => {
  test('of the specification verifies, by the key that it prints', () => {
    const key = parseVerifierKey(exampleKey)
    assert.ok(key)
    assert.equal(verifierKeyText(key), exampleKey)
    assert.deepEqual(judge(example, [key]), [{ key, seconds: undefined }])
  })

  test('is signed by one key in both types, of which one signs the time', () => {
    assert.notEqual(plain.id, timed.id)
    assert.deepEqual(judge(signed, [plain, timed]), [
      { key: plain, seconds: undefined },
      { key: timed, seconds: 1_700_000_000 },
    ])
  })

  test('counts for nothing without a signature of a known key', () => {
    const stranger = generateKeyPairSync('ed25519').privateKey
    const key = createNoteKey(name, noteTypes.plain, rawPublicKey(stranger))
    assert.match(problemOf(signed, [key]) ?? '', /no key that is known/)
    // The same name, and the id of a known key: forged.
    const forged = signNote(text, [{ key: { ...key, id: plain.id }, privateKey: stranger }], 0)
    assert.match(problemOf(forged) ?? '', /does not verify/)
  })

  test('passes over lines of other keys, whatever they say', () => {
    const other = '— witness.example/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9\n'
    assert.equal(problemOf(signed + other), undefined)
  })

  test('with a line twice, or one that another text was signed by, is bad as a whole', () => {
    const [line = ''] = signed.split('\n').filter((one) => one.startsWith('— '))
    assert.match(problemOf(`${signed}${line}\n`) ?? '', /signed twice/)
    assert.match(problemOf(signed.replace('\n12\n', '\n13\n')) ?? '', /does not verify/)
  })

  test('is read in one spelling only', () => {
    const lines = signed.split('\n')
    const last = lines.findIndex((line) => line.startsWith('— '))
    const withLine = (line: string) => lines.toSpliced(last, 1, line).join('\n')
    const line = lines[last] ?? ''
    // The last character before the padding has bits that no byte takes up.
    const spelled = line.replace(/.=+$/, (end) => `${next(end[0] ?? '')}${end.slice(1)}`)
    assert.notEqual(spelled, line)
    for (const bad of [
      withLine(spelled),
      withLine(line.replaceAll('=', '')),
      withLine(line.replace('— ', '—  ')),
      withLine(line.replace('— ', '- ')),
      withLine(`${line} `),
      withLine(`${line}\r`),
      signed.slice(0, -1),
      text,
      `${text}\n`,
      '',
    ]) {
      assert.ok(problemOf(bad), JSON.stringify(bad))
    }
    assert.equal(problemOf(Buffer.from([0xff, 0x0a, 0x0a])), 'not UTF-8')
    assert.match(problemOf(`\u0001${signed}`) ?? '', /control characters/)
    assert.match(problemOf(Buffer.alloc(64 * 1024 + 1, 0x20)) ?? '', /larger than/)
    const many = `${signed}${`${lines[last]}\n`.repeat(70)}`
    assert.match(problemOf(many) ?? '', /more than 64/)
  })

  test('with any bit of it changed is another text, an unknown key, or bad', () => {
    const bytes = Buffer.from(signed)
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const changed = Buffer.from(bytes)
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const judged = judge(changed, [plain, timed])
        // A line whose key is not known any more is passed over: the other one must be there still.
        assert.ok('problem' in judged || judged.length === 1)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('A verifier key as text', () => {
  test('is taken in its one spelling, with the id that is its own', () => {
    const written = verifierKeyText(timed)
    assert.deepEqual(parseVerifierKey(written)?.id, timed.id)
    const [, id = '', encoded = ''] = written.split('+')
    for (const bad of [
      '',
      `${name}+${id}`,
      `${name}+${plain.id}+${encoded}`,
      `other+${id}+${encoded}`,
      `${name}+${id.toUpperCase()}+${encoded}`,
      `${written} `,
      `${written}\n`,
      `na me+${id}+${encoded}`,
      verifierKeyText({ ...timed, type: 6 as never }),
      verifierKeyText({ ...timed, publicKey: timed.publicKey.subarray(1) }),
    ]) {
      assert.equal(parseVerifierKey(bad), undefined, bad)
    }
    assert.throws(() => createNoteKey('na me', noteTypes.plain, timed.publicKey), RangeError)
    assert.throws(() => createNoteKey(name, noteTypes.plain, Buffer.alloc(31)), RangeError)
  })
})

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const next = (character: string): string => alphabet[alphabet.indexOf(character) + 1] ?? ''
