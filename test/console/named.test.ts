import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { catalog } from '#cli/catalog.ts'
import { topics } from '#cli/help.ts'
import { routes } from '#edge/manager/routes.ts'
import { paths } from '../../console/paths.ts'
import { en } from '../../console/words/en.ts'
import { tr } from '../../console/words/tr.ts'
import { pathOf } from '../peers/program.ts'

/** A text that the console shows, and where it stands. */
type Shown = readonly [where: string, text: string]

const messages: Shown[] = [
  ...Object.entries(en).map(([key, text]): Shown => [`en ${key}`, text]),
  ...Object.entries(tr).map(([key, text]): Shown => [`tr ${key}`, text]),
]
const sources = globSync('console/{pages,parts,frame,ui}/**/*.{ts,tsx}', { cwd: pathOf('.') })
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file): Shown => [file, readFileSync(pathOf(file), 'utf8')])

/** Each `bailiwick …` up to the end of its line, its quotes or its sentence. */
const commandsIn = ([where, text]: Shown): Shown[] =>
  [...text.matchAll(/\bbailiwick ([a-z][^`'"\n]*)/g)].map(([, words = '']) => [where, words])

const rowOf = (words: string) =>
  catalog
    .filter(({ name }) => `${words} `.startsWith(`${name} `) || words.startsWith(`${name}.`))
    .toSorted((a, b) => b.name.length - a.name.length)[0]

/** What every command takes, beside its own. */
const common = ['--help', '--json', '--url', '--data', '--quiet']
const flagsOf = ({ options = [], plane }: NonNullable<ReturnType<typeof rowOf>>) => [
  ...options.flatMap(([flags]) => flags.split(/[ ,]+/).filter((one) => one.startsWith('-'))),
  ...(plane ? ['--plane'] : []),
  ...common,
]

const isHelp = (words: string) =>
  [...topics.keys()].some((topic) => words.startsWith(`help ${topic}`))

describe('AC-43: what the console names exists', () => {
  test('every command of the terminal, with the options that it is shown with', () => {
    const commands = [...messages, ...sources].flatMap(commandsIn)
    assert.ok(commands.length >= 20, `${commands.length} commands`)
    for (const [where, words] of commands) {
      if (isHelp(words)) continue
      const row = rowOf(words)
      assert.ok(row, `${where}: bailiwick ${words}`)
      const known = flagsOf(row)
      for (const [flag] of words.matchAll(/(?<= )--?[a-z][a-z-]*/g))
        assert.ok(known.includes(flag), `${where}: bailiwick ${words} has no ${flag}`)
    }
  })

  test('every address that a page links to, or a message names, is one of the router', () => {
    const files = globSync('console/pages/*/routes.ts', { cwd: pathOf('.') })
    const patterns = files
      .flatMap((file) => [...readFileSync(pathOf(file), 'utf8').matchAll(/path: '([^']+)'/g)])
      .map(([, path = '']) => path)
    // Outside of the frame: router.tsx.
    const all = [...patterns, paths.signIn(), paths.setup()]
    const isRoute = (address: string) =>
      all.some((pattern) =>
        new RegExp(`^${pattern.replaceAll(/\$\w+/g, '[^/]+')}$`).test(address.split('?')[0] ?? ''),
      )
    const made = Object.values(paths).map((make) =>
      (make as (...parts: string[]) => string)('name', 'tab'),
    )
    const named = messages.flatMap(([, text]) =>
      [...text.matchAll(/(?<=^|[\s`(])\/(?:m|p|setup)(?:\/[\w/-]*)?/g)].map(([address]) => address),
    )
    for (const address of [...made, ...named]) assert.ok(isRoute(address), address)
  })

  test('every operation that a message names is one of the API, and every document is there', () => {
    const operations = routes.map(({ method, path }) => `${method} ${path}`)
    for (const [where, text] of messages) {
      for (const [, method, path] of text.matchAll(
        /\b(GET|PUT|POST|DELETE) (?:\/api\/v1)?(\/[\w/{}-]+)/g,
      ))
        assert.ok(operations.includes(`${method} ${path}`), `${where}: ${method} ${path}`)
      for (const [document] of text.matchAll(/\bdocs\/[\w/-]+\.md\b/g))
        assert.ok(existsSync(join(pathOf('.'), document)), `${where}: ${document}`)
    }
  })
})
