import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { compileSchema, type Schema } from '#lib/json-schema/schema.ts'

// The JSON Schema Test Suite of the organisation (commit 44401e0, MIT: suite/license.txt), one line a
// group; without its files about formats, content, vocabularies and documents elsewhere.

interface Group {
  readonly keyword: string
  readonly description: string
  readonly schema: unknown
  readonly tests: readonly {
    readonly description: string
    readonly data: unknown
    readonly valid: boolean
  }[]
}

const groupsOf = (draft: string): readonly Group[] =>
  JSON.parse(readFileSync(new URL(`suite/${draft}.json`, import.meta.url), 'utf8'))

/** Groups whose schema leads out of itself, on which we refuse to judge. */
const elsewhere = ['remote ref, containing refs itself', 'validate definition against metaschema']
const elsewhere2020 = [
  '$ref and $dynamicAnchor are independent of order - $defs first',
  '$ref and $dynamicAnchor are independent of order - $ref first',
  '$ref to $dynamicRef finds detached $dynamicAnchor',
  'remote ref, containing refs itself',
  'strict-tree schema, guards against misspelled properties',
  'tests for implementation dynamic anchor and reference link',
  'validate definition against metaschema',
]

/** Groups in which something invalid is let through, and is said to be unchecked. */
const unchecked = [
  '$dynamicRef avoids the root of each schema, but scopes are still registered',
  '$dynamicRef skips over intermediate resources - direct reference',
  'A $dynamicRef resolves to the first $dynamicAnchor still in scope that is encountered when the schema is evaluated',
  'A $dynamicRef that initially resolves to a schema with a matching $dynamicAnchor resolves to the first $dynamicAnchor in the dynamic scope',
  "A $dynamicRef with intermediate scopes that don't include a matching $dynamicAnchor does not affect dynamic scope resolution",
  'after leaving a dynamic scope, it is not used by a $dynamicRef',
  'multiple dynamic paths to the $dynamicRef keyword',
  'pattern with Unicode property escape requires unicode mode',
  'unevaluatedItems with $dynamicRef',
  'unevaluatedProperties with $dynamicRef',
]

/** How many answers agree; one that does not is a yes to what was said to be unchecked. */
const agreeing = (schema: Schema, { description, tests }: Group): number => {
  const others = tests.filter(({ data, valid }) => schema.validate(data).valid !== valid)
  for (const { description: of, data } of others) {
    assert.equal(schema.validate(data).valid, true, `${description}: ${of}`)
    assert.ok(schema.unchecked.length > 0, `${description}: ${of}`)
  }
  return tests.length - others.length
}

const run = (groups: readonly Group[], $schema: string) => {
  const refused: string[] = []
  const missed: string[] = []
  let agreed = 0
  for (const group of groups) {
    const { schema: written, description, tests } = group
    const schema = compileSchema(typeof written === 'object' ? { $schema, ...written } : written)
    if ('problem' in schema) {
      assert.match(schema.problem, /no part of this schema; references are not fetched$/)
      refused.push(description)
      continue
    }
    const count = agreeing(schema, group)
    if (count < tests.length) missed.push(description)
    agreed += count
  }
  return { refused: refused.toSorted(), missed: missed.toSorted(), agreed }
}

describe('the official test suite', () => {
  test('holds for 2020-12, but for references elsewhere and what is said to be unchecked', () => {
    const found = run(groupsOf('draft2020-12'), 'https://json-schema.org/draft/2020-12/schema')
    assert.deepEqual(found, { refused: elsewhere2020, missed: unchecked, agreed: 1083 })
  })

  test('holds for draft 7, but for references elsewhere', () => {
    const found = run(groupsOf('draft7'), 'http://json-schema.org/draft-07/schema#')
    assert.deepEqual(found, { refused: elsewhere, missed: [], agreed: 798 })
  })
})
