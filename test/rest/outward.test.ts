import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { readOpenApi } from '#rest/openapi/read-openapi.ts'

// Readers of OpenAPI that follow references have given out files of the machine they ran on, and
// asked addresses that only it could reach (swagger-parser does so by default).

const canary = 'canary-5f1d'
const folder = mkdtempSync(join(tmpdir(), 'bailiwick-openapi-'))
const file = join(folder, 'schema.json')
let asked = 0
const server = createServer((_request, response) => {
  asked++
  response.end(JSON.stringify({ type: 'string', description: canary }))
})
let origin = ''

before(async () => {
  writeFileSync(file, JSON.stringify({ type: 'string', description: canary }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(async () => {
  rmSync(folder, { recursive: true, force: true })
  await new Promise((resolve) => server.close(resolve))
})

describe('A document that refers to something outside of it reads nothing and asks nobody', () => {
  const rows: [name: string, ref: () => string][] = [
    ['a file by its path', () => file],
    ['a file beside it', () => relative(process.cwd(), file)],
    ['a file by its address', () => pathToFileURL(file).href],
    ['an address', () => `${origin}/schema.json`],
    ['an address without its scheme', () => `${origin}/schema.json`.replace('http:', '')],
    ['a place in a file', () => `${file}#/description`],
  ]
  const places: [name: string, document: (ref: string) => object][] = [
    ['a schema', (ref) => ({ components: { schemas: { A: { $ref: ref } } } })],
    ['a path', (ref) => ({ paths: { '/a': { $ref: ref } } })],
    ['a parameter', (ref) => ({ paths: { '/a': { parameters: [{ $ref: ref }] } } })],
    ['an answer', (ref) => ({ components: { responses: { A: { $ref: ref } } } })],
    [
      'a property that is called like what is skipped',
      (ref) => ({
        paths: {
          '/a': {
            post: {
              operationId: 'a',
              requestBody: {
                required: true,
                content: {
                  'application/json': { schema: { properties: { example: { $ref: ref } } } },
                },
              },
            },
          },
        },
      }),
    ],
  ]
  for (const [what, ref] of rows)
    for (const [place, document] of places)
      test(`${what}, in ${place}`, async () => {
        const head = { openapi: '3.1.0', info: { title: 't', version: '1' }, paths: {} }
        const read = readOpenApi(JSON.stringify({ ...head, ...document(ref()) }))
        const offered = 'problems' in read ? [] : read.operations
        assert.deepEqual(offered, [])
        assert.ok(!JSON.stringify(read).includes(canary))
        assert.match(JSON.stringify(read), /nothing else is read or fetched/)
        await new Promise(setImmediate)
        assert.equal(asked, 0)
      })
})
