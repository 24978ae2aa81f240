// Needs from Debian: python3, openssl
// Takes minutes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { verifyBundle } from '#ledger/verify/bundle.ts'
import { flipped, flipsOf } from '../ledger/bundle/flips.ts'
import { type Bundle, bundleOf, createSample, filesOf } from '../ledger/bundle/sample.ts'

const count = 10_000
const sample = createSample({ calls: 6 })

describe('A bundle, by the independent verifier', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-bundle-'))
  after(() => rmSync(folder, { recursive: true }))

  const python = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('python3', args, { encoding: 'utf8' })
    return { status, text: stdout + stderr }
  }
  const written = (name: string, bundle: Bundle): string => {
    const path = mkdtempSync(join(folder, name))
    for (const [file, bytes] of bundle) writeFileSync(join(path, file), bytes)
    return path
  }
  const judged = (path: string, ...options: string[]) =>
    python(join(path, 'verify.py'), path, ...options)
  const keptIn = (note = ''): string => {
    const path = join(folder, 'kept.checkpoint')
    writeFileSync(path, note)
    return path
  }
  const key = sample.keys[0]?.key ?? ''

  let whole: Bundle
  before(async () => {
    whole = await bundleOf(sample)
  })

  test('holds, whole and in parts, with the key that was handed over', async () => {
    assert.match(judged(written('whole', whole), '--key', key).text, /^OK {2}entries 1 to 17 /)
    const part = await bundleOf(sample, { from: 4, to: 9 })
    assert.match(judged(written('part', part), '--key', key).text, /^OK {2}entries 4 to 9 /)
  })

  test('of a stranger is refused by the key', async () => {
    const forged = written('forged', await bundleOf(createSample({ calls: 6, seeds: [8, 9] })))
    const { status, text } = judged(forged, '--key', key)
    assert.equal(status, 3)
    assert.match(text, /not among the ledger's keys/)
  })

  test('names what was changed, and an older copy or a fork by a checkpoint that was kept', async () => {
    const lines = String(whole.get('entries.jsonl')).split('\n')
    const edited = (to: string[]) =>
      judged(written('edited', new Map([...whole, ['entries.jsonl', Buffer.from(to.join('\n'))]])))
    const changed = edited(lines.with(2, (lines[2] ?? '').replace('line-3', 'line-4')))
    assert.equal(changed.status, 3)
    assert.match(changed.text, /entry 3: it is not what was recorded/)
    assert.match(edited(lines.toSpliced(3, 1)).text, /entry 4 is missing/)
    const kept = keptIn(sample.checkpoints.at(-1)?.note)
    const size = sample.checkpoints.at(-4)?.size ?? 0
    const checkpoints = sample.checkpoints.slice(0, -3)
    const older = { ...sample, checkpoints, bodies: sample.bodies.slice(0, size) }
    const copy = judged(written('older', await bundleOf(older)), '--checkpoint', kept)
    assert.match(copy.text, /cut off or is an older copy/)
    const fork = written('fork', await bundleOf(createSample({ calls: 6, forkAt: 9 })))
    assert.match(judged(fork, '--checkpoint', kept).text, /forked: its first 17 entries/)
  })

  test('of the factory, whose story this runs again, holds as well', () => {
    const story = fileURLToPath(new URL('../stories/factory.test.ts', import.meta.url))
    const env = { ...process.env, TEST_PYTHON: 'yes', NODE_TEST_CONTEXT: undefined }
    const done = spawnSync(process.execPath, ['--test', story], { encoding: 'utf8', env })
    assert.equal(done.status, 0, done.stdout)
  })

  test(`with one of ${count} bits changed is caught by the verifier in Python`, () => {
    const path = fileURLToPath(new URL('flips.py', import.meta.url))
    const { status, text } = python(path, written('bits', whole), String(count), '4711')
    assert.equal(status, 0, text)
    assert.match(text, new RegExp(`^${count} changes, each of them found`))
  })

  test(`with one of ${count} bits changed is caught by our own verifier`, async () => {
    for (const flip of flipsOf(whole, count, 1147)) {
      const { findings } = await verifyBundle(filesOf(flipped(whole, flip)))
      assert.ok(findings.count > 0, `bit ${flip.bit} of ${flip.file}`)
    }
  })
})
