import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { stringify } from 'yaml'
import { readApiFile } from './openapi.ts'

const document = {
  openapi: '3.1.0',
  info: { title: 'Tickets of the desk', version: '1', description: 'What people ask for' },
  servers: [{ url: 'https://tickets.internal/v1' }],
  externalDocs: { url: 'https://wiki.internal/tickets' },
  paths: {
    '/tickets': { get: { operationId: 'listTickets', responses: { 200: { description: 'ok' } } } },
  },
}
const read = (more: object, upstream?: string) => {
  const file = { ...document, ...more }
  return readApiFile(file, stringify(file), upstream)?.[0]
}

describe('An OpenAPI document', () => {
  test('is an API with its title, what is said of it and where it answers', () => {
    const entry = read({})
    assert.ok(entry?.reach.how === 'api')
    assert.deepEqual(
      [entry.name, entry.description, entry.documentation, entry.reach.url],
      [
        'Tickets of the desk',
        'What people ask for',
        'https://wiki.internal/tickets',
        'https://tickets.internal/v1',
      ],
    )
    assert.deepEqual(entry.notes, ['offers 1 operation'])
    assert.equal(entry.reach.openapi, stringify(document))
  })

  test('that does not say where it answers needs --upstream', () => {
    for (const servers of [[], [{ url: '/v1' }]]) {
      const entry = read({ servers })
      assert.ok(entry?.reach.how === 'none')
      assert.match(entry.reach.because, /add --upstream URL/)
      const there = read({ servers }, 'https://there.internal')
      assert.ok(there?.reach.how === 'api' && there.reach.url === 'https://there.internal')
    }
  })

  test('says which credentials it wants, and what of it is not offered', () => {
    const components = { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } } }
    const paths = {
      ...document.paths,
      '/odd': {
        get: { responses: { 200: { description: 'ok' } }, parameters: [{ in: 'nowhere' }] },
      },
    }
    const notes = read({ components, paths })?.notes.join('\n') ?? ''
    assert.match(notes, /^wants key: /m)
    assert.match(notes, /\(left out\)$/m)
  })

  test('of another version, or that refers to something outside, is left out with the reason', () => {
    const outside = {
      '/x': { get: { responses: { 200: { $ref: 'file:///etc/passwd' } } } },
    }
    for (const [more, because] of [
      [{ openapi: '4.0.0' }, /is not read/],
      [{ openapi: undefined, swagger: '2.0' }, /Swagger 2\.0/],
      [{ paths: outside }, /outside|lead/],
    ] as const) {
      const entry = read(more)
      assert.ok(entry?.reach.how === 'none', JSON.stringify(entry?.reach))
      assert.match(entry.reach.because, because)
    }
  })

  test('is none where the file is something else', () => {
    assert.equal(readApiFile({ info: {} }, '{}', undefined), undefined)
  })
})
