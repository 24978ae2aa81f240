import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault } from '#lib/fault.ts'
import { readArguments, readObject } from './typed.ts'

const schema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    count: { type: 'integer' },
    share: { type: 'number' },
    sure: { type: 'boolean' },
    tags: { type: 'array' },
    about: { type: 'object' },
    maybe: { type: ['string', 'null'] },
    either: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
    side: { enum: ['buy', 'sell'] },
  },
} as const

const usage = (words: string[]) =>
  assert.throws(
    () => readArguments(words, schema),
    (thrown) => thrown instanceof Fault && thrown.code === 'usage',
  )

describe('key=value', () => {
  const cases: [string, unknown][] = [
    ['name=5', '5'],
    ['name=', ''],
    ['name=a=b', 'a=b'],
    ['count=5', 5],
    ['share=0.5', 0.5],
    ['sure=true', true],
    ['tags=["a",1]', ['a', 1]],
    ['about={"a":null}', { a: null }],
    ['maybe=null', null],
    ['maybe=7', '7'],
    ['either=7', 7],
    ['either=x', 'x'],
    ['side=buy', 'buy'],
    ['other=7', 7],
    ['other=seven', 'seven'],
    ['other={"a":1}', { a: 1 }],
  ]
  for (const [word, value] of cases)
    test(`${word} is ${JSON.stringify(value)}`, () => {
      const [key] = word.split('=')
      assert.deepEqual(readArguments([word], schema), { [String(key)]: value })
    })

  test('is refused where the schema wants another type', () => {
    usage(['count=five'])
    usage(['count=5.5'])
    usage(['sure=yes'])
    usage(['tags={}'])
  })

  test('is refused without a key, twice, and as a prototype', () => {
    usage(['=5'])
    usage(['five'])
    usage(['name=a', 'name=b'])
    usage(['__proto__={}'])
  })

  test('never becomes another number than the one that was typed', () => {
    usage(['count=12345678901234567890'])
    assert.deepEqual(readArguments(['name=12345678901234567890'], schema), {
      name: '12345678901234567890',
    })
  })
})

describe('--args', () => {
  test('is one JSON object', () => {
    assert.deepEqual(readObject('{"a":[1]}'), { a: [1] })
    for (const text of ['', '[]', '5', 'null', '{'])
      assert.throws(() => readObject(text), Fault, text)
  })
})
