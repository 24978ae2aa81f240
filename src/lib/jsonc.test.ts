import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { plainJson } from './jsonc.ts'

describe('JSON with comments', () => {
  test('is read without them, and without the comma behind the last member', () => {
    const text = `// settings
    {
      "a": [1, 2, /* three */ ], // of a
      "b": { "c": "// no comment, /* none */ either", },
      /* ** / * */ "d": "\\"//",
    }`
    assert.deepEqual(JSON.parse(plainJson(text)), {
      a: [1, 2],
      b: { c: '// no comment, /* none */ either' },
      d: '"//',
    })
  })

  test('keeps its places', () => {
    const text = '{ /* ü */\r\n "a": 1, // x\n}'
    const plain = plainJson(text)
    assert.equal(plain.length, text.length)
    assert.equal(plain.indexOf('"a"'), text.indexOf('"a"'))
    assert.equal(plain.split('\n').length, text.split('\n').length)
  })

  test('is refused where it is no JSON without them either', () => {
    for (const text of [
      ...[
        '{,}',
        '[,]',
        '[1,,]',
        '[1 2]',
        '{"a":,}',
        '/* open {}',
        '{"a": "open}',
        '[1,] x',
        ',',
        '//',
      ],
    ])
      assert.throws(() => JSON.parse(plainJson(text)), SyntaxError, text)
  })

  test('without comments stays as it is', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        assert.equal(plainJson(text), text)
      }),
    )
  })
})
