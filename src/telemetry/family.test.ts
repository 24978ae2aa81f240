import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { expose } from './exposition.ts'
import { createFamily, createSpreads, observe } from './family.ts'
import { prometheusName, rows } from './rows.ts'

test('what comes beyond the bound is counted together, of each plane, and nothing is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('ops', 'fin'), fc.string())), (calls) => {
      const family = createFamily(rows.begun, 5)
      for (const [plane, server] of calls) family.of(plane, server).value++
      const all = [...family.all()]
      assert.ok(all.length <= 5 + 2)
      for (const plane of ['ops', 'fin']) {
        const its = all.filter(({ labels }) => labels[0] === plane)
        const total = its.reduce((sum, { value }) => sum + value, 0)
        assert.equal(total, calls.filter(([one]) => one === plane).length)
      }
    }),
  )
})

test('buckets count everything up to their bound, and the last one everything', () => {
  const family = createSpreads(rows.commits, 5)
  for (const seconds of [0.005, 0.01, 0.5, 1000]) observe(family.of('ops'), seconds)
  const lines = expose([family]).split('\n')
  const name = 'bailiwick_ledger_commit_duration_seconds'
  assert.ok(lines.includes(`${name}_bucket{plane="ops",le="0.01"} 2`))
  assert.ok(lines.includes(`${name}_bucket{plane="ops",le="300"} 3`))
  assert.ok(lines.includes(`${name}_bucket{plane="ops",le="+Inf"} 4`))
  assert.ok(lines.includes(`${name}_sum{plane="ops"} 1000.515`))
  assert.ok(lines.includes(`${name}_count{plane="ops"} 4`))
})

test('a label cannot end its quotes, nor its line', () => {
  const family = createFamily(rows.begun, 5)
  family.of('ops', 'a"} 1\nbailiwick_ready 0\\').value = 1
  const lines = expose([family]).trimEnd().split('\n')
  assert.equal(lines.length, 3)
  assert.equal(
    lines[2],
    String.raw`bailiwick_calls_begun_total{plane="ops",server="a\"} 1\nbailiwick_ready 0\\"} 1`,
  )
})

test('names are as Prometheus wants them, and no two are one', () => {
  const names = Object.values(rows).map(prometheusName)
  for (const name of names) assert.match(name, /^[a-z][a-z0-9_]*$/)
  assert.equal(new Set(names).size, names.length)
})
