import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planeDocument } from './documents.ts'

test('a hold takes the day that it offers as an example where it refuses another, and an instant', () => {
  const readHold = (times: object) =>
    planeDocument.safeParse({
      ...{ apiVersion: 'bailiwick/v1', kind: 'Plane', name: 'ops' },
      ledger: { hold: [{ name: 'case', reason: 'a suit', ...times }] },
    })
  for (const key of ['since', 'until']) {
    const said = JSON.stringify(readHold({ [key]: 'soon' }).error?.issues)
    const [, example] = /such as ([0-9-]+)/.exec(said) ?? assert.fail(said)
    for (const written of [example, '2026-11-01', '2026-11-01T00:00:00+03:00'])
      assert.ok(readHold({ [key]: written }).success, `${key}: ${written}`)
    for (const written of ['2026-02-30', '2026-11-01T00:00:00'])
      assert.ok(!readHold({ [key]: written }).success, `${key}: ${written}`)
  }
})
