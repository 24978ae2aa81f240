import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js'
import { parseAllDocuments } from 'yaml'
import { documentSchemas, type Kind } from '#domain/documents.ts'
import { root } from './checkout.ts'

// Editors check documents against the schema file, `apply` against the schemas in the code: somebody whose editor
// is content must not be refused for the form of a document, nor the other way round.

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const schema = JSON.parse(read('docs/bailiwick-v1.schema.json')) as AnySchema
const inEditor = new Ajv2020({ strict: false, validateFormats: false }).compile(schema)

type Json = { [key: string]: unknown }
const documents = ['sample/sample.yaml', 'sample/grant.yaml'].flatMap((path) =>
  parseAllDocuments(read(path)).map((document) => document.toJS() as Json),
)

const inApply = (document: Json): boolean => {
  const known = Object.hasOwn(documentSchemas, String(document.kind))
  return known && documentSchemas[document.kind as Kind].safeParse(document).success
}

const changes: Record<string, (document: Json) => Json> = {
  'as it is': (document) => document,
  'with an unknown key': (document) => ({ ...document, colour: 'red' }),
  'of an unknown version': (document) => ({ ...document, apiVersion: 'bailiwick/v9' }),
  'of an unknown kind': (document) => ({ ...document, kind: 'Tennant' }),
  'with a name that is a number': (document) => ({ ...document, name: 7 }),
  'with a name in capitals': (document) => ({ ...document, name: 'OPS' }),
  'without its plane': ({ plane: _, ...document }) => document,
  'without its owner': ({ owner: _, ...document }) => document,
  'with labels that are one text': (document) => ({ ...document, labels: 'internal' }),
  'with nothing allowed': (document) => ({ ...document, allow: [] }),
  'with a negative quota': (document) => ({ ...document, allow: { minute: -1 } }),
  'with a secret in it': (document) => ({ ...document, secret: 'hunter2' }),
}

describe('the schema file for editors', () => {
  test('the sample passes, and most changes to it do not', () => {
    assert.ok(documents.length >= 9)
    for (const document of documents) assert.equal(inEditor(document), true, String(document.name))
    const refused = Object.values(changes).filter((change) =>
      documents.some((one) => !inApply(change(one))),
    )
    assert.equal(refused.length, Object.keys(changes).length - 1)
  })

  for (const [how, change] of Object.entries(changes))
    test(`judges a document ${how} as apply does`, () => {
      for (const document of documents.map(change))
        assert.equal(inEditor(document), inApply(document), JSON.stringify(document))
    })
})
