import assert from 'node:assert/strict'
import { test } from 'node:test'
import { looksOf } from './looks.ts'

const areAlike = (a: string, b: string) => looksOf(a).some((key) => looksOf(b).includes(key))

test('names that are taken for each other share a key', () => {
  for (const [a, b] of [
    ['payments-api', 'payrnents-api'],
    ['wire', 'vvire'],
    ['line-1', 'line-l'],
    ['zone-0', 'zone-o'],
    ['search', 'SEARCH'],
    ['search', 'Search'],
    ['search', 's\u0435arch'],
    ['SEARCH', '\u0405\u0415\u0410RCH'],
    ['search', 'search\u200b'],
    ['search', '\uff53earch'],
    ['get_item1', 'get_iteml'],
    ['get_item1', 'get_itemI'],
    ['get_item0', 'get_itemO'],
    ['ITEM1', 'iteml'],
  ] as const)
    assert.ok(areAlike(a, b), `${a} ${b}`)
})

test('names that only resemble each other do not', () => {
  for (const [a, b] of [
    ['get_item', 'get-item'],
    ['list_item', 'list_items'],
    ['file', 'fi1e2'],
    ['fill', 'fiii'],
    ['close', 'dose'],
    ['tool_10', 'tool_11'],
    ['v1', 'v2'],
  ] as const)
    assert.ok(!areAlike(a, b), `${a} ${b}`)
})
