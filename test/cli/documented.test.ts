import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { catalog } from '#cli/catalog.ts'
import { glyph } from '#cli/glyphs.ts'
import { exitCodes } from '#cli/help.ts'
import { pathOf } from '../peers/program.ts'

describe('docs/terminal.md', () => {
  const text = readFileSync(pathOf('docs/terminal.md'), 'utf8')
  const cells = (heading: string): string[][] => {
    const section = text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
    const rows = section
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .slice(2)
    return rows.map((row) => row.slice(2, -2).split(/(?<!\\) \| /))
  }

  test('has a row for each command, in their order, and for no other', () => {
    const words = cells('Commands').map(([name = '']) => name.replaceAll('`', ''))
    assert.equal(words.length, catalog.length)
    for (const { name } of catalog)
      assert.ok(
        words.some((one) => one === name || one.startsWith(`${name} `)),
        name,
      )
  })

  test('has the exit codes', () => {
    assert.deepEqual(
      cells('Exit codes').map(([code, says]) => [Number(code), says]),
      exitCodes,
    )
  })

  test('has the signs', () => {
    for (const [sign, ascii, shape] of cells('The strip')) {
      const found = glyph(shape as Parameters<typeof glyph>[0], false)
      assert.equal(`\`${found}\``, sign)
      assert.equal(`\`${glyph(shape as Parameters<typeof glyph>[0], true)}\``, ascii)
    }
  })
})
