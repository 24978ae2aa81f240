import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { queryOf, readViews, withView } from './kept-views.ts'

const view = (name: string, query = 't=24h') => ({ name, query })

describe('Views that a person keeps', () => {
  test('are read as they were kept, and nothing else is one', () => {
    assert.deepEqual(readViews(JSON.stringify([view('night')])), [view('night')])
    for (const text of [null, '', '{', '{}', '7', '[7, null, {"name": 1, "query": "t"}]'])
      assert.deepEqual(readViews(text), [])
  })

  test('one of the same name is replaced, and there are never more than twenty', () => {
    assert.deepEqual(withView([view('a'), view('b')], view('a', 't=7d')), [
      view('b'),
      view('a', 't=7d'),
    ])
    const many = Array.from({ length: 25 }, (_, n) => view(`v${n}`))
    const kept = many.reduce(withView, readViews(null))
    assert.equal(kept.length, 20)
    assert.equal(kept.at(-1)?.name, 'v24')
  })

  test('hold what is asked, and not what stands open beside it', () => {
    assert.equal(
      queryOf('?t=24h&f.outcome=denied&peek=cal_1&live=1&plane=ops'),
      't=24h&f.outcome=denied&plane=ops',
    )
  })
})
