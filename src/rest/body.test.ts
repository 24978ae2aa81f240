import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readBody } from './body.ts'
import type { FormField, RequestBody } from './operation.ts'

const limits = { depth: 4, nodes: 10 }
const fields: FormField[] = [
  { name: 'title', member: 'title', type: 'string', list: undefined },
  { name: 'n', member: 'n', type: 'integer', list: 'repeated' },
]
const of = (kind: RequestBody['kind'], mediaType: string, required = true): RequestBody => ({
  member: 'body',
  required,
  mediaType,
  kind,
  fields,
})
const json = of('json', 'application/json')
const form = of('form', 'application/x-www-form-urlencoded')
const text = of('text', 'text/plain')
const blob = of('binary', 'application/pdf')

const ask = (body: RequestBody | undefined, type: string | undefined, sent: string | Buffer) => {
  const read = readBody(body, type, Buffer.from(sent), limits)
  return 'problem' in read ? `${read.problem.where}: ${read.problem.message}` : read.value
}

describe('A body is read', () => {
  const rows: [
    name: string,
    body: RequestBody,
    type: string,
    sent: string | Buffer,
    value: unknown,
  ][] = [
    ['as JSON', json, 'application/json', '{"a":[1,"ü"]}', { a: [1, 'ü'] }],
    ['as JSON that says so twice', json, 'Application/JSON; charset=UTF-8', 'null', null],
    [
      'as a form',
      form,
      'application/x-www-form-urlencoded',
      'title=a+b%0A&n=1&n=2',
      { title: 'a b\n', n: [1, 2] },
    ],
    ['as text', text, 'text/plain', 'a\nü', 'a\nü'],
    ['as bytes', blob, 'application/pdf', Buffer.from([0, 255]), 'AP8='],
    ['where there is none', of('json', 'application/json', false), '', '', undefined],
  ]
  for (const [name, body, type, sent, value] of rows)
    test(name, () => assert.deepEqual(ask(body, type, sent), value))
})

describe('A body is refused', () => {
  const rows: [
    name: string,
    body: RequestBody | undefined,
    type: string | undefined,
    sent: string | Buffer,
    problem: RegExp,
  ][] = [
    ['where it is missing', json, 'application/json', '', /body: it is missing/],
    ['where none is taken', undefined, 'application/json', '1', /takes none/],
    ['without a media type', json, undefined, '1', /must be application\/json/],
    ['of another media type', json, 'text/plain', '1', /must be application\/json/],
    ['of a media type with another inside', json, 'application/json, text/plain', '1', /must be/],
    ['in another charset', json, 'application/json; charset=utf-16', '1', /must be UTF-8/],
    [
      'that is not UTF-8',
      json,
      'application/json',
      Buffer.from([0x22, 0xff, 0x22]),
      /must be UTF-8/,
    ],
    ['with a key that stands twice', json, 'application/json', '{"a":1,"a":2}', /duplicate-key/],
    ['with a number that is not exact', json, 'application/json', '9007199254740993', /number/],
    ['that is too deep', json, 'application/json', '[[[[[1]]]]]', /depth/],
    ['that has too much in it', json, 'application/json', '[1,2,3,4,5,6,7,8,9,10]', /nodes/],
    ['as text that is not UTF-8', text, 'text/plain', Buffer.from([0xc0, 0xaf]), /must be UTF-8/],
    [
      'as a form with bytes past ASCII',
      form,
      'application/x-www-form-urlencoded',
      'title=ü',
      /ASCII/,
    ],
    [
      'as a form with an escape that is not UTF-8',
      form,
      'application/x-www-form-urlencoded',
      'title=%ff',
      /UTF-8/,
    ],
    ['as a form with a nought', form, 'application/x-www-form-urlencoded', 'title=%00', /control/],
    [
      'as a form with another field',
      form,
      'application/x-www-form-urlencoded',
      'title=a&other=1',
      /not declared/,
    ],
    [
      'as a form with a field twice',
      form,
      'application/x-www-form-urlencoded',
      'title=a&title=b',
      /more than once/,
    ],
    ['as a form in pieces', form, 'application/x-www-form-urlencoded', 'title=a&', /not a name/],
  ]
  for (const [name, body, type, sent, problem] of rows)
    test(name, () => assert.match(String(ask(body, type, sent)), problem))
})
