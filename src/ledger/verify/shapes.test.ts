import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { EntryType } from '#domain/entry.ts'
import { readBody } from './body.ts'
import { entryTable, entryTypes } from './shapes.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

// Types that this version writes; a new one without a row here does not compile.
const types: Readonly<Record<EntryType, true>> = {
  'api-key.issued': true,
  'api-key.revoked': true,
  'call.intent': true,
  'call.outcome': true,
  'call.refused': true,
  'call.refused.count': true,
  'find.asked': true,
  'find.key': true,
  'ledger.broken': true,
  'ledger.close': true,
  'ledger.erased': true,
  'ledger.exported': true,
  'ledger.gap': true,
  'ledger.key': true,
  'ledger.open': true,
  'ledger.pruned': true,
  'payload.read': true,
  'person.changed': true,
  'person.signed-in': true,
  'person.signed-out': true,
  'policy.changed': true,
  'sign-in.refused.count': true,
  'token.issued': true,
  'token.refused.count': true,
  'unauthenticated.count': true,
}

describe('The table of entries', () => {
  test('has every type that is written', () => {
    for (const type of Object.keys(types)) assert.ok(entryTypes.includes(type), type)
  })

  test('is the same in the documentation and in the independent verifier', () => {
    assert.equal(
      /```entries\n([\s\S]+?)```/.exec(read('../../../docs/ledger-format.md'))?.[1],
      entryTable.slice(1),
    )
    assert.equal(/ENTRIES = """([\s\S]+?)"""/.exec(read('../bundle/verify.py'))?.[1], entryTable)
  })
})

describe('The body of an entry', () => {
  const good = '{"at":1,"orphans":0,"plane":"ops","type":"ledger.open","v":1,"version":"0.1.0"}'
  const problem = (body: string) => {
    const read = readBody(body)
    return 'problem' in read ? read.problem : undefined
  }

  test('is taken in its one spelling', () => {
    assert.equal(problem(good), undefined)
    for (const [from, to, says] of [
      ['{"at":1,', '{"at": 1,', /canonical/],
      ['"at":1', '"at":1.0', /canonical/],
      ['"at":1', '"at":1e0', /canonical/],
      ['"at":1,"orphans":0', '"orphans":0,"at":1', /canonical/],
      ['"at":1', '"at":1,"at":1', /canonical/],
      ['"ops"', '"\\u006fps"', /canonical/],
      ['"ops"', '"\\ud800"', /canonical/],
      ['"at":1', '"at":9007199254740993', /no integer/],
      ['"at":1', '"at":"1"', /no integer/],
      ['"at":1,', '', /without at/],
      ['"orphans"', '"orphan"', /does not have: "orphan"/],
      ['"v":1', '"v":2', /version/],
      ['ledger.open', 'ledger.opened', /no type of entry/],
      ['0.1.0', 'x'.repeat(16_384), /larger/],
      ['}', '', /not JSON/],
    ] as const)
      assert.match(problem(good.replace(from, to)) ?? 'nothing', says, `${from} → ${to}`)
  })

  test('may say what was wrong with a ledger', () => {
    const broken =
      '{"at":1,"by":"local:ops","checkpoints":[],"generation":2,"plane":"ops","problem":"cut","type":"ledger.broken","v":1,"why":"backup"}'
    assert.equal(problem(broken), undefined)
  })

  test('may hold what was indexed of arguments where its type may: a text, null or true', () => {
    const counted = (argument: string) =>
      `{"agent":"a",${argument},"at":1,"because":"b","client":"c","consumer":"d","count":2,"from":1,"kind":"tool","method":"m","name":"n","plane":"ops","reason":"r","server":"s","station":"permit","to":2,"type":"call.refused.count","v":1}`
    for (const argument of ['"arg.line":"4"', '"arg.line":null', '"arg.line":true'])
      assert.equal(problem(counted(argument)), undefined, argument)
    for (const argument of ['"arg.line":4', '"arg.line":false', '"arg.line":[]'])
      assert.match(problem(counted(argument)) ?? '', /does not have/, argument)
    assert.match(problem(good.replace('{', '{"arg.line":null,')) ?? '', /does not have/)
  })
})
