import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { matchTemplate, parseTemplate } from './template.ts'

const match = (template: string, uri: string) => {
  const values = matchTemplate(template, uri)
  return values && Object.fromEntries(values)
}

describe('A URI that a template makes', () => {
  const rows: [template: string, uri: string, values: Record<string, string>][] = [
    ['bank://accounts/{id}/statement', 'bank://accounts/42/statement', { id: '42' }],
    ['bank://accounts/{id}', 'bank://accounts/a%20b', { id: 'a b' }],
    ['file:///{+path}', 'file:///a/b/c.txt', { path: 'a/b/c.txt' }],
    ['file:///{+path}/raw', 'file:///a/b/raw', { path: 'a/b' }],
    ['x://{a}/{b}', 'x://1/2', { a: '1', b: '2' }],
    ['x://{a}-{b}.json', 'x://1-2-3.json', { a: '1', b: '2-3' }],
    ['x://{name}.json', 'x://a.json.json', { name: 'a.json' }],
    ['x://fixed', 'x://fixed', {}],
    ['mes://line{line}/{what}', 'mes://line4/speed', { line: '4', what: 'speed' }],
    ['x://a?q={q}', 'x://a?q=1', { q: '1' }],
  ]
  for (const [template, uri, values] of rows) {
    test(`${uri} of ${template}`, () => assert.deepEqual(match(template, uri), values))
  }
})

describe('A URI that a template does not make', () => {
  const rows: [template: string, uri: string][] = [
    ['bank://accounts/{id}/statement', 'bank://accounts/1/2/statement'],
    ['bank://accounts/{id}/statement', 'bank://accounts//statement'],
    ['bank://accounts/{id}/statement', 'bank://accounts/1/statement/more'],
    ['bank://accounts/{id}/statement', 'BANK://accounts/1/statement'],
    ['bank://accounts/{id}', 'bank://accounts/'],
    ['bank://accounts/{id}', 'bank://accounts/1?as=root'],
    ['bank://accounts/{id}', 'bank://accounts/1#2'],
    ['bank://accounts/{id}', 'bank://accounts/..'],
    ['bank://accounts/{id}', 'bank://accounts/%2e%2e'],
    ['bank://accounts/{id}', 'bank://accounts/.'],
    ['bank://accounts/{id}', 'bank://accounts/1%2f..%2f2'],
    ['bank://accounts/{id}', 'bank://accounts/1%5c2'],
    ['bank://accounts/{id}', 'bank://accounts/1\\2'],
    ['bank://accounts/{id}', 'bank://accounts/1%002'],
    ['bank://accounts/{id}', 'bank://accounts/1%0a2'],
    ['bank://accounts/{id}', 'bank://accounts/1 2'],
    ['bank://accounts/{id}', 'bank://accounts/1\n'],
    ['bank://accounts/{id}', 'bank://accounts/%'],
    ['bank://accounts/{id}', 'bank://accounts/%ff'],
    ['bank://accounts/{id}', 'bank://accounts/ä'],
    ['mes://line3/{+what}', 'mes://line3/../line4/speed'],
    ['mes://line3/{+what}', 'mes://line3/a/%2E%2E/b'],
    ['mes://line3/{+what}', 'mes://line3/a//b'],
    ['mes://line3/{+what}', 'mes://line3/'],
    ['mes://line{line}/x', 'mes://line/x'],
    ['x://fixed', 'x://fixed2'],
  ]
  for (const [template, uri] of rows) {
    test(`${JSON.stringify(uri)} of ${template}`, () =>
      assert.equal(match(template, uri), undefined))
  }
})

test('A template that is not understood matches nothing', () => {
  const templates = [
    ...['x://{', 'x://}', 'x://{}', 'x://{a', 'x://{a}}', 'x://{{a}}', 'x://{+}', 'x://{a b}'],
    ...['x://{a}{b}', 'x://{a}/{a}', 'x://{a*}', 'x://{a:3}', 'x://{a,b}', 'x://{?a}', 'x://{&a}'],
    ...[
      'x://{#a}',
      'x://{.a}',
      'x://{a.}',
      'x://{a..b}',
      'x://{/a}',
      'x://{;a}',
      'x://{=a}',
      'x://{|a}',
      'x://ä/{a}',
      'x:// {a}',
    ],
  ]
  for (const template of templates) {
    assert.equal(parseTemplate(template), undefined, template)
    assert.equal(match(template, template.replaceAll(/[{}]/g, '')), undefined, template)
  }
})

test('Whatever simple expansion makes of values is matched, and gives them back', () => {
  const value = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((text) => !/^\.{1,2}$|[/\\\p{Cc}]/u.test(text) && text.isWellFormed())
  fc.assert(
    fc.property(value, value, (a, b) => {
      // RFC 6570 §3.2.2: all but the unreserved are escaped.
      const expand = (text: string) =>
        encodeURIComponent(text).replaceAll(
          /[!'()*]/g,
          (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
        )
      assert.deepEqual(match('x://{a}/y/{b}', `x://${expand(a)}/y/${expand(b)}`), { a, b })
    }),
  )
})

test('A hostile template and URI cost what they are long (CVE-2026-0621)', () => {
  const template = `x://${Array.from({ length: 60 }, (_, i) => `{v${i}}a`).join('')}`
  assert.equal(match(template, `x://${'a'.repeat(1900)}b`), undefined)
  assert.equal(match(`x://{+a}${'b'.repeat(1000)}`, `x://${'b'.repeat(2000)}`)?.a?.length, 1000)
  assert.equal(match('x://{a}', `x://${'a'.repeat(1_000_000)}`), undefined)
})
