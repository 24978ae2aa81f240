import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { redactResult } from '#gateway/redact.ts'
import { redactionLimits } from '#gateway/redact-json.ts'
import { compilePath } from '#lib/json-path.ts'
import { compileRedaction, MASK, MOST_PATHS } from '#lib/redaction.ts'
import { pathOf } from '../peers/program.ts'

describe('docs/variants.md', () => {
  const text = readFileSync(pathOf('docs/variants.md'), 'utf8')
  const blocks = (kind: string): string[] =>
    [...text.matchAll(/^```(.+)\n([\s\S]*?)^```$/gm)].flatMap(([, head, body = '']) =>
      head === kind ? [body] : [],
    )

  test('shows what the agent gets', () => {
    const [paths, server, agent] = ['json paths', 'json server', 'json agent'].map(blocks)
    assert.ok(paths && server && agent && paths.length >= 3)
    assert.deepEqual([server.length, agent.length], [paths.length, paths.length])
    for (const [at, written] of paths.entries()) {
      const redaction = compileRedaction({ remove: [], mask: [], ...JSON.parse(written) })
      assert.ok(!('problem' in redaction))
      const result = redactResult('tools/call', Buffer.from(server[at] ?? ''), redaction)
      assert.deepEqual(JSON.parse(result), JSON.parse(agent[at] ?? ''))
    }
  })

  test('has paths that are taken', () => {
    const rows = text.split('\n').filter((line) => /^\| `\$/.test(line))
    const inTable = rows.flatMap((row) =>
      [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, path = '']) => path),
    )
    const [document = ''] = blocks('yaml')
    const { remove, mask } = parse(document).tools.read_calendar_redacted
    for (const path of [...inTable, ...remove, ...mask]) {
      assert.ok(!('problem' in compilePath(path)), path)
    }
    assert.ok(inTable.length >= 10)
  })

  test('has the limits', () => {
    const { bytes, depth, nodes, visits } = redactionLimits
    for (const phrase of [
      `more than ${bytes / 1024 ** 2} MiB`,
      `${depth} levels or ${nodes.toLocaleString('en')} values`,
      `more than ${visits.toLocaleString('en')} places`,
      `at most ${MOST_PATHS} paths`,
      `at most 256 characters`,
      `\`${MASK}\``,
    ])
      assert.ok(text.replaceAll('\n', ' ').includes(phrase), phrase)
    assert.ok('problem' in compilePath(`$.${'a'.repeat(255)}`))
    assert.ok(!('problem' in compilePath(`$.${'a'.repeat(254)}`)))
  })
})
