import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { documentSchemas, type Kind } from '#domain/documents.ts'
import { recordLevels } from '#domain/item-documents.ts'
import { recorded } from '#edge/manager/recorded-answers.ts'
import { usualResultBytes } from '#gateway/recording.ts'
import { pathOf } from '../peers/program.ts'

describe('docs/payloads.md', () => {
  const text = readFileSync(pathOf('docs/payloads.md'), 'utf8')
  const firstCells = (heading: string): string[] => {
    const section = text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
    const rows = section.split('\n').filter((line) => line.startsWith('| `'))
    return rows.map((row) => row.split('`')[1] ?? '')
  }

  test('has documents that are taken', () => {
    const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, body = '']) => body)
    const rest = {
      Plane: {},
      Server: { owner: 'team', upstream: { url: 'https://accounts.internal/mcp' } },
    }
    const kinds: string[] = []
    for (const document of blocks.flatMap((one) => parseAllDocuments(one))) {
      const written = document.toJS() as { kind: 'Plane' | 'Server' }
      kinds.push(written.kind)
      const whole = { apiVersion: 'bailiwick/v1', ...rest[written.kind], ...written }
      const { success, error } = documentSchemas[written.kind as Kind].safeParse(whole)
      assert.ok(success, String(error))
    }
    assert.deepEqual(kinds, ['Server', 'Plane', 'Server', 'Server', 'Plane'])
  })

  test('has the levels, in their order', () => {
    assert.deepEqual(firstCells('How much'), recordLevels)
  })

  test('has the states in which something is read', () => {
    const { state } = recorded.shape.arguments.shape
    assert.deepEqual(firstCells('Reading').toSorted(), state.options.toSorted())
  })

  test('has the bound of a result', () => {
    assert.ok(text.includes(`at most ${usualResultBytes / 1024} KiB are kept`))
  })
})
