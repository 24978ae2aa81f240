import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { pathOf } from '../peers/program.ts'

/** A row of the table: `| AC-01 | what it is | tests | what it waits for |`. */
const rows = readFileSync(pathOf('docs/console-checks.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| AC-'))
  .map((line) => {
    const [name = '', , shownBy = '', waitsFor = ''] = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim())
    return { name, shownBy, waitsFor }
  })

/** `file`: “the title of a test, or what it begins with”. */
const testsOf = (shownBy: string) =>
  shownBy === ''
    ? []
    : shownBy.split('<br>').map((one) => {
        const [, file = '', title = ''] = /^`([^`]+)`: “(.+)”$/.exec(one) ?? []
        return { one, file, title }
      })

describe('docs/console-checks.md', () => {
  test('has a line for each of the 54 checks, in order, that is shown or says what it waits for', () => {
    assert.deepEqual(
      rows.map(({ name }) => name),
      Array.from({ length: 54 }, (_, at) => `AC-${String(at + 1).padStart(2, '0')}`),
    )
    for (const { name, shownBy, waitsFor } of rows) assert.ok(shownBy || waitsFor, name)
  })

  test('names tests that are there', () => {
    for (const { name, shownBy } of rows)
      for (const { one, file, title } of testsOf(shownBy)) {
        assert.ok(file !== '' && title !== '', `${name}: ${one}`)
        const source = readFileSync(pathOf(file), 'utf8')
        assert.match(file, /\.test\.ts$/, name)
        const starts = [`test('${title}`, `test("${title}`, `test(\`${title}`]
        assert.ok(
          starts.some((start) => source.includes(start)),
          `${name}: no test of ${file} begins with “${title}”`,
        )
      }
  })

  test('has every test that says a check in its title', () => {
    const named = rows.flatMap(({ name, shownBy }) =>
      testsOf(shownBy).map(({ file }) => `${name} ${file}`),
    )
    const files = new Set(rows.flatMap(({ shownBy }) => testsOf(shownBy).map(({ file }) => file)))
    for (const file of files)
      for (const [, title = ''] of readFileSync(pathOf(file), 'utf8').matchAll(
        /\btest\(\s*['"`]([^'"`\n]+)/g,
      ))
        for (const [name] of title.matchAll(/\bAC-\d\d\b/g))
          assert.ok(named.includes(`${name} ${file}`), `${name} does not name ${file}`)
  })
})
