import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { parseArgs } from 'node:util'
import { catalog } from '#cli/catalog.ts'
import { readAsk, type WrittenAsk } from '#ledger/ask.ts'
import { fields, results } from '#ledger/filter.ts'

const page = readFileSync(new URL('../../docs/asking.md', import.meta.url), 'utf8')
const options = catalog.find(({ name }) => name === 'calls')?.options ?? []
const nameOf = (flags: string) => /^--([a-z]+)/.exec(flags)?.[1] ?? ''

describe('docs/asking.md', () => {
  test('names every option of `bailiwick calls`, every field and every result', () => {
    for (const [flags] of options)
      if (nameOf(flags) !== 'most') assert(page.includes(`--${nameOf(flags)}`), flags)
    for (const one of [...fields, ...results]) assert(page.includes(one.replaceAll(' ', '-')), one)
  })

  test('shows commands that are understood as they stand', () => {
    const commands = [...page.matchAll(/^bailiwick calls (.+)$/gm)].map(([, words = '']) => words)
    assert(commands.length >= 3)
    for (const command of commands) {
      const args = (command.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ''))
      const known = options.map(([flags, , how]) => [
        nameOf(flags),
        { type: flags.includes('<') ? 'string' : 'boolean', multiple: how === 'repeat' },
      ])
      const { values } = parseArgs({ args, options: Object.fromEntries(known), strict: true })
      const asked: WrittenAsk = values
      assert(readAsk(asked, Date.UTC(2026, 10, 20)).terms.length > 0, command)
    }
  })
})
