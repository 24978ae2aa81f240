import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { IntlMessageFormat } from 'intl-messageformat'
import { en } from './en.ts'
import { tr } from './tr.ts'
import { createWords, type Key } from './words.ts'

/** The names of what a message is given, at any depth of its plurals and choices. */
const valuesOf = (text: string, language: string): readonly string[] => {
  const names = new Set<string>()
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('value' in value && 'type' in value && value.type !== 0 && typeof value.value === 'string')
      names.add(value.value)
    for (const inner of Object.values(value)) walk(inner)
  }
  walk(new IntlMessageFormat(text, language).getAst())
  return [...names].toSorted()
}

describe('The catalogue', () => {
  const keys = Object.keys(en) as Key[]

  test('has every text in both languages, and none that only one has', () => {
    assert.deepEqual(Object.keys(tr).toSorted(), [...keys].toSorted())
  })

  test('is given the same values in both languages', () => {
    for (const key of keys) assert.deepEqual(valuesOf(tr[key], 'tr'), valuesOf(en[key], 'en'), key)
  })

  test('speaks without exclamation', () => {
    assert.deepEqual(
      keys.filter((key) => /!|\bplease\b|\boops\b/i.test(en[key])),
      [],
    )
  })

  test('counts as each language does', () => {
    assert.equal(createWords('en', en).say('ui.table.rows', { count: 1 }), '1 row')
    assert.equal(createWords('en', en).say('ui.table.rows', { count: 2 }), '2 rows')
    assert.equal(createWords('tr', tr).say('ui.table.rows', { count: 2 }), '2 satır')
  })
})
