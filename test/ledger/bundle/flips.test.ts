import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyBundle } from '#ledger/verify/bundle.ts'
import { flipped, flipsOf } from './flips.ts'
import { bundleOf, createSample, filesOf } from './sample.ts'

test('no bit of a bundle can be changed unnoticed: 400 of them, in every file', async () => {
  const bundle = await bundleOf(createSample({ calls: 6 }), { from: 3 })
  for (const flip of flipsOf(bundle, 400, 4711)) {
    const { findings } = await verifyBundle(filesOf(flipped(bundle, flip)))
    assert.ok(findings.count > 0, `bit ${flip.bit} of ${flip.file}`)
  }
})
