import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { verifyBundle } from '#ledger/verify/bundle.ts'
import { readKept } from '#ledger/verify/kept.ts'
import { ledgerKey } from '#ledger/verify/keys.ts'
import { manifestNoteText } from '#ledger/verify/manifest.ts'
import { rawPublicKey, signNote } from '#lib/signed-note.ts'
import { type Bundle, bundleOf, createSample, filesOf, keyOf, origin } from './sample.ts'

const sample = createSample()
const trusted = ledgerKey(origin, rawPublicKey(keyOf(1)), 1).plain

const judge = async (bundle: Bundle, about: Parameters<typeof verifyBundle>[1] = {}) => {
  const { findings } = await verifyBundle(filesOf(bundle), about)
  return findings.list.map(({ where, says }) => `${where}: ${says}`)
}
const found = async (bundle: Bundle, about?: Parameters<typeof verifyBundle>[1]) =>
  (await judge(bundle, about)).join('\n')

const keptOf = (note: string) => {
  const kept = readKept(Buffer.from(note))
  assert.ok(!('problem' in kept))
  return { kept }
}

/** The manifest and its note made again, as whoever holds the key could. */
const signedAnew = (bundle: Bundle): Bundle => {
  const manifest = JSON.parse(String(bundle.get('manifest.json')))
  for (const name of Object.keys(manifest.files)) {
    const bytes = bundle.get(name) ?? Buffer.alloc(0)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    manifest.files[name] = { bytes: bytes.length, sha256 }
  }
  const bytes = Buffer.from(`${JSON.stringify(manifest)}\n`)
  const key = ledgerKey(origin, rawPublicKey(sample.newest), 0).plain
  const note = signNote(manifestNoteText(origin, bytes), [{ key, privateKey: sample.newest }], 0)
  return new Map([...bundle, ['manifest.json', bytes], ['manifest.note', Buffer.from(note)]])
}
const withLines = (bundle: Bundle, file: string, edit: (lines: string[]) => string[]): Bundle => {
  const lines = String(bundle.get(file)).split('\n').slice(0, -1)
  const text = edit(lines).map((line) => `${line}\n`)
  return new Map([...bundle, [file, Buffer.from(text.join(''))]])
}

describe('A bundle of a ledger', () => {
  test('verifies whole, in any range of it, and with the key that was handed over', async () => {
    const size = sample.bodies.length
    assert.deepEqual(await judge(await bundleOf(sample), { trusted }), [])
    for (const [from, to] of [
      [1, 0],
      [1, 1],
      [3, 9],
      [7, size],
      [size, size],
      [5, 4],
    ] as const)
      assert.deepEqual(await judge(await bundleOf(sample, { from, to })), [], `${from} to ${to}`)
  })

  test('tells how much was verified, and outcomes whose intents lie before it', async () => {
    const bundle = await bundleOf(sample, { from: 4 })
    const { ledger } = await verifyBundle(filesOf(bundle))
    assert.equal(ledger?.entries, sample.bodies.length - 3)
    assert.equal(ledger?.begunBefore, 1)
    assert.equal(ledger?.last?.size, sample.bodies.length)
  })

  test('that was signed by another key is none of the ledger whose key is known', async () => {
    const forged = await bundleOf(createSample({ seeds: [8, 9] }))
    assert.match(
      await found(forged, { trusted }),
      /the key that was given .* is not among the ledger's keys/,
    )
    const signed = await bundleOf(sample, { signer: keyOf(9) })
    assert.match(await found(signed), /manifest.note: it is signed by no key that is known/)
  })

  test('whose keys include the known one, but were used by a stranger alone, does not verify', async () => {
    // The stranger's key comes first and names the known one as its successor.
    const forged = createSample({ seeds: [9, 1] })
    const last = forged.checkpoints.findLast(({ size }) => size === forged.keys[1]?.position)
    const cut = {
      ...forged,
      checkpoints: last ? [last] : [],
      bodies: forged.bodies.slice(0, last?.size),
    }
    const text = await found(await bundleOf(cut, { signer: keyOf(9) }), { trusted })
    assert.match(text, /not signed by the key that was given .*, nor by a later one/)
  })

  test('names the entry that was changed', async () => {
    const whole = await bundleOf(sample)
    const changed = withLines(whole, 'entries.jsonl', (lines) =>
      lines.with(4, (lines[4] ?? '').replace('line-3', 'line-4')),
    )
    for (const bundle of [changed, signedAnew(changed)]) {
      const text = await found(bundle)
      assert.match(text, /entry 5: it is not what was recorded/)
      assert.match(text, /another root than the entries: what differs lies in entries 5 to 9/)
    }
    // Whoever holds the key makes the leaves again as well: the checkpoints stand against it.
    const leaves = Buffer.from(changed.get('leaves') ?? [])
    const body = String(changed.get('entries.jsonl')).split('\n')[4] ?? ''
    createHash('sha256')
      .update(`\0${body}`)
      .digest()
      .copy(leaves, 4 * 32)
    const text = await found(signedAnew(new Map([...changed, ['leaves', leaves]])))
    assert.match(text, /what differs lies in entries 5 to 9/)
  })

  test('tells a hash that was changed beside the entries from an entry that was', async () => {
    const whole = await bundleOf(sample)
    const leaves = Buffer.from(whole.get('leaves') ?? [])
    leaves[4 * 32] = (leaves[4 * 32] ?? 0) ^ 1
    assert.deepEqual(await judge(signedAnew(new Map([...whole, ['leaves', leaves]]))), [
      'leaves: its hash 4 was changed: entry 5 is what was signed',
    ])
  })

  test('names the entry that is missing, comes twice, or stands in the place of another', async () => {
    const whole = await bundleOf(sample)
    const entries = (edit: (lines: string[]) => string[]) =>
      found(signedAnew(withLines(whole, 'entries.jsonl', edit)))
    assert.match(await entries((lines) => lines.toSpliced(5, 1)), /entry 6 is missing/)
    assert.match(
      await entries((lines) => lines.toSpliced(5, 0, lines[4] ?? '')),
      /entry 6: it is entry 5 again/,
    )
    const swapped = await entries((lines) => lines.with(2, lines[8] ?? '').with(8, lines[2] ?? ''))
    assert.match(swapped, /entry 3: entry 9 stands in its place/)
    assert.match(swapped, /entry 9: entry 3 stands in its place/)
    const cut = await entries((lines) => lines.slice(0, -3))
    assert.match(cut, /entries.jsonl: it has 27 entries, and was made with 30/)
    const more = await entries((lines) => [...lines, lines[1] ?? ''])
    assert.match(more, /entry 31: nothing was recorded at this position/)
  })

  test('says so when checkpoints are dropped, out of order, or of another plane', async () => {
    const whole = await bundleOf(sample)
    const checkpoints = (edit: (lines: string[]) => string[]) =>
      found(signedAnew(withLines(whole, 'checkpoints.jsonl', edit)))
    assert.match(await checkpoints((lines) => lines.slice(0, -2)), /no checkpoint of 30 entries/)
    assert.match(
      await checkpoints((lines) => lines.toReversed()),
      /it is smaller than the one before/,
    )
    const other = createSample({ origin: 'bailiwick/01JSAMPLE/finance' })
    const foreign = JSON.stringify({ note: other.checkpoints[2]?.note })
    assert.match(await checkpoints((lines) => lines.with(2, foreign)), /of another ledger/)
    // The old key signs on, behind the new one.
    const late = JSON.stringify({ note: createSample({ seeds: [1, 1] }).checkpoints.at(-1)?.note })
    assert.match(
      await checkpoints((lines) => [...lines, late]),
      /signed by a key that had been replaced/,
    )
  })

  test('of which files of two planes were mixed does not verify', async () => {
    const ops = await bundleOf(sample)
    const finance = await bundleOf(createSample({ origin: 'bailiwick/01JSAMPLE/finance' }))
    for (const file of [
      'entries.jsonl',
      'checkpoints.jsonl',
      'keys.jsonl',
      'manifest.json',
      'proof.json',
    ]) {
      const same = ops.get(file)?.equals(finance.get(file) ?? Buffer.alloc(0))
      const mixed = new Map([...ops, [file, finance.get(file) ?? Buffer.alloc(0)]])
      if (!same) assert.notDeepEqual(await judge(mixed), [], file)
    }
  })

  test('with a file missing, added or exchanged does not verify', async () => {
    const whole = await bundleOf(sample)
    for (const file of whole.keys()) {
      const without = new Map(whole)
      without.delete(file)
      assert.notDeepEqual(await judge(without), [], file)
      assert.notDeepEqual(await judge(new Map([...whole, [file, Buffer.from('\n')]])), [], file)
    }
    assert.match(
      await found(new Map([...whole, ['notes.txt', Buffer.alloc(0)]])),
      /no part of the bundle/,
    )
  })

  test('holds what it brings along against its entries, whoever signed it', async () => {
    const whole = await bundleOf(sample)
    const edited = (file: string, edit: (lines: string[]) => string[]) =>
      found(signedAnew(withLines(whole, file, edit)))
    const first = (from: string, to: string) => (lines: string[]) =>
      lines.with(0, (lines[0] ?? '').replace(from, to))
    assert.match(
      await edited('payloads.jsonl', first('d2', 'd3')),
      /its entry has another hash of it/,
    )
    assert.match(
      await edited('disclosed.jsonl', first('07', '08')),
      /its entry commits to another text/,
    )
    assert.match(
      await edited('definitions.jsonl', first('quickly', 'slowly')),
      /no entry names its hash/,
    )
    assert.match(
      await edited('definitions.jsonl', () => []),
      /the definition [0-9a-f]{64} is missing/,
    )
    assert.match(
      await edited('policy.jsonl', first('local:ops', 'local:dev')),
      /entry 2 says something else/,
    )
    assert.match(
      await edited('policy.jsonl', first('local:ops', 'local:\\ud83d')),
      /policy.jsonl line \d+: it is not what the format says/,
    )
    assert.match(
      await edited('policy.jsonl', (lines) => lines.slice(0, 2)),
      /revision 3, which entry 30 tells/,
    )
    assert.match(
      await edited('payloads.jsonl', (lines) => lines.toReversed()),
      /not in their order/,
    )
  })
})

describe('A checkpoint that somebody kept', () => {
  const late = sample.checkpoints.at(-1)?.note ?? ''

  test('fits the ledger that grew behind it', async () => {
    const bundle = await bundleOf(sample)
    for (const { note } of sample.checkpoints)
      assert.deepEqual(await judge(bundle, keptOf(note)), [])
  })

  test('shows that a ledger is an older copy', async () => {
    const checkpoints = sample.checkpoints.slice(0, -4)
    const size = checkpoints.at(-1)?.size ?? 0
    const older = { ...sample, checkpoints, bodies: sample.bodies.slice(0, size) }
    const bundle = await bundleOf(older)
    assert.deepEqual(await judge(bundle), [])
    assert.match(
      await found(bundle, keptOf(late)),
      /an older copy, restored or cut off: it ends with 18/,
    )
  })

  test('shows that a ledger was cut off and goes on', async () => {
    const size = sample.checkpoints.at(-4)?.size ?? 0
    // Signed later than the one that was kept.
    const checkpoints = [{ size, note: sample.sign(size, 3600) }]
    const cut = { ...sample, checkpoints, bodies: sample.bodies.slice(0, size) }
    assert.match(
      await found(await bundleOf(cut), keptOf(late)),
      /the ledger was cut off: at .* it had 30 entries, and has 23 now/,
    )
  })

  test('shows that a ledger was forked', async () => {
    const forked = await bundleOf(createSample({ forkAt: 20 }))
    assert.deepEqual(await judge(forked), [])
    assert.match(await found(forked, keptOf(late)), /the ledger was forked: its first 30 entries/)
  })

  test('of another ledger, of another key, or outside of the range is said to be so', async () => {
    const bundle = await bundleOf(sample)
    const other = createSample({ origin: 'bailiwick/01JSAMPLE/finance' }).checkpoints[3]?.note ?? ''
    assert.match(await found(bundle, keptOf(other)), /of another ledger/)
    const strange = createSample({ seeds: [8, 9] }).checkpoints[3]?.note ?? ''
    assert.match(await found(bundle, keptOf(strange)), /signed by a key that is not the ledger's/)
    const part = await bundleOf(sample, { from: 10, to: 12 })
    const outside = sample.checkpoints[1]?.note ?? ''
    assert.match(await found(part, keptOf(outside)), /outside of their range/)
  })
})
