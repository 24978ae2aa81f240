import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { namePattern, reservedNames } from '#domain/name.ts'
import { nameOf, takeName } from './names.ts'

describe('A name of ours', () => {
  const names: [written: string, name: string][] = [
    ['github', 'github'],
    ['GitHub (work)', 'github-work'],
    ['Atlassian MCP Server!', 'atlassian-mcp-server'],
    ['21st-dev/magic', 'n21st-dev-magic'],
    ['Bücher', 'bu-cher'],
    ['--_', 'server'],
    ['日本', 'server'],
    ['api', 'api-server'],
    ['a-very-long-name-of-a-server-indeed', 'a-very-long-name-of-a-se'],
    ['exactly-twenty-three-xx-and-more', 'exactly-twenty-three-xx'],
  ]
  for (const [written, name] of names)
    test(`for ${written} is ${name}`, () => assert.equal(nameOf(written), name))

  test('is always one that a document may have, and another for each', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 30 }), (all) => {
        const taken = new Set<string>()
        const given = all.map((written) => takeName(nameOf(written), taken))
        assert.equal(new Set(given).size, given.length)
        for (const one of given) {
          assert.match(one, namePattern)
          assert.ok(!reservedNames.has(one))
        }
      }),
    )
  })
})
