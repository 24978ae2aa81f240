import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { capabilityKinds } from './capability.ts'
import { capabilityName, splitCapabilityName, suspensionCommand } from './suspension.ts'

describe('The name under which a capability is suspended', () => {
  test('says which one it is, whatever its own name holds', () => {
    const about = fc.record({
      server: fc.constantFrom('bank', 'mes-2'),
      kind: fc.constantFrom(...capabilityKinds),
      name: fc.string({ unit: 'binary', minLength: 1 }),
    })
    fc.assert(
      fc.property(about, (one) => {
        assert.deepEqual(splitCapabilityName(capabilityName(one)), { ...one })
      }),
    )
  })

  test('is none without its three parts', () => {
    for (const name of ['', 'bank', 'bank/tool', 'bank/tool/', '/tool/x', 'bank/function/x'])
      assert.equal(splitCapabilityName(name), undefined, name)
  })
})

describe('The command that resumes', () => {
  const rows = [
    ['agent', 'planner', 'bailiwick agent resume planner --plane ops'],
    ['consumer', 'partner', 'bailiwick consumer resume partner --plane ops'],
    ['user', 'alice@example.com', 'bailiwick user resume alice@example.com --plane ops'],
    ['user', "it's $HOME", `bailiwick user resume 'it'\\''s $HOME' --plane ops`],
    ['user', '--url', 'bailiwick user resume --plane ops -- --url'],
    ['server', 'bank', 'bailiwick server resume ops/bank'],
    ['capability', 'bank/tool/transfer', 'bailiwick server unblock ops/bank transfer'],
    ['capability', 'bank/tool/-x', 'bailiwick server unblock ops/bank -- -x'],
    ['capability', 'bank/prompt/sum', 'bailiwick server unblock ops/bank sum --kind prompt'],
    [
      'capability',
      'mes/template/mes://{line}/state',
      "bailiwick server unblock ops/mes 'mes://{line}/state' --kind template",
    ],
    ['plane', 'ops', 'bailiwick plane resume ops'],
  ] as const
  for (const [kind, name, command] of rows)
    test(`${kind} ${name} can be typed as it stands`, () => {
      assert.equal(suspensionCommand('resume', 'ops', { kind, name }), command)
    })

  test('has its counterpart, with a place for the reason', () => {
    const about = { kind: 'capability', name: 'bank/prompt/sum' } as const
    assert.equal(
      suspensionCommand('suspend', 'ops', about),
      'bailiwick server block ops/bank sum --kind prompt --reason TEXT',
    )
  })
})
