import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse } from 'yaml'
import { agent, bank, bankRunner, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { type Finished, pathOf, runProgram } from '../peers/program.ts'
import { wrongWith } from './registry-v0.1.ts'

const blocksOf = (path: string) => {
  const text = readFileSync(pathOf(path), 'utf8')
  return [...text.matchAll(/^```(.+)\n([\s\S]*?)^```$/gm)].map(([, head = '', body = '']) => ({
    head,
    body,
  }))
}
const commandsOf = (path: string): string[] =>
  blocksOf(path).flatMap(({ head, body }) => (head === 'sh' ? body.trimEnd().split('\n') : []))
const only = (path: string, head: string): string => {
  const [block, ...others] = blocksOf(path).filter((one) => one.head === head)
  assert.ok(block && others.length === 0, `${path} has one block ${head}`)
  return block.body
}

let gateway: Gateway
let folder: string
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'))
  gateway = await startGateway({
    documents: documents(
      plane('ops', { namespace: 'com.example.ops' }),
      consumer(),
      agent('planner'),
      bank({
        ...{ title: 'Small bank', description: 'Accounts and transfers, to try things on.' },
        ...{ documentation: 'https://wiki.internal/bank', contacts: ['#core-banking'] },
      }),
      grant('all', 'planner', [{ server: 'bank' }]),
    ),
    config: { runners: bankRunner() },
  })
})
after(async () => {
  await gateway?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const main = pathOf('src/main.ts')
/** A command of the page, in a folder with its files. */
const bailiwick = (words: readonly string[]): Promise<Finished> => {
  const inFolder = words.map((word) => (/\.(json|yaml)$/.test(word) ? join(folder, word) : word))
  return runProgram([main, ...inFolder, '--data', gateway.data])
}
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')

describe('docs/import.md', () => {
  test('has commands that do what it says', async () => {
    const page = 'docs/import.md'
    const config = only(page, 'json claude_desktop_config.json')
    writeFileSync(join(folder, 'claude_desktop_config.json'), config)
    writeFileSync(
      join(folder, 'other.json'),
      JSON.stringify({ servers: { Files: { command: 'files', args: [] } } }),
    )
    writeFileSync(
      join(folder, 'server.json'),
      JSON.stringify({
        ...{ name: 'io.github.user/weather', description: 'Weather', version: '1.0.0' },
        remotes: [{ type: 'streamable-http', url: 'https://weather.example/mcp' }],
      }),
    )
    writeFileSync(
      join(folder, 'tickets.openapi.yaml'),
      'openapi: 3.1.0\ninfo: { title: Tickets, version: "1" }\npaths: {}\n',
    )
    const said: string[] = []
    for (const line of commandsOf(page)) {
      const [program, ...words] = wordsOf(line)
      assert.equal(program, 'bailiwick')
      const { code, stdout, stderr } = await bailiwick(words)
      assert.equal(code, 0, `${line}\n${stderr}`)
      said.push(stdout)
    }
    const [dry = '', real = '', , , published = '', exported = '', other = ''] = said
    for (const text of [dry, real]) {
      assert.match(text, /calendar +draft +ops\/calendar/)
      assert.match(text, /Files +draft +ops\/files +files/)
      assert.match(text, /legacy +left out/)
      assert.doesNotMatch(text, /4f9c/)
    }
    assert.match(dry, /nothing was changed/)
    assert.match(real, /ops\/calendar is at version 1\./)
    assert.match(real, /headers\.Authorization {2}is in the vault as calendar: remove it here/)
    assert.match(published, /calendar is published/)
    assert.match(exported, /upstream: \{ runner: files \}/)
    assert.match(other, /Files +draft +ops\/files-2 +bank/)
    const snippet = real.split('\n').filter((line) => /^ {2}( |runners:)/.test(line))
    assert.deepEqual(parse(snippet.join('\n')), parse(only(page, 'yaml runners')))
    assert.match(said.at(-2) ?? '', /weather +draft +ops\/weather/)
    assert.match(said.at(-1) ?? '', /Tickets +draft +ops\/tickets/)
  })
})

describe('docs/registry-api.md', () => {
  const page = 'docs/registry-api.md'

  /** `curl [-H "Name: value"] URL`, at the gateway of this test. */
  const curl = async (words: readonly string[], token: string) => {
    const headers = words.flatMap((word, at) => (words[at - 1] === '-H' ? [word] : []))
    const url = (words.at(-1) ?? '').replace('http://127.0.0.1:4680', gateway.origin)
    const response = await fetch(url, {
      headers: headers.map((one) => {
        const [name = '', value = ''] = one.replace('$TOKEN', token).split(': ')
        return [name, value]
      }),
    })
    assert.equal(response.status, 200, url)
    return await response.json()
  }

  test('has commands that answer what it says', async () => {
    writeFileSync(join(folder, 'plane.yaml'), only(page, 'yaml plane'))
    const answers: unknown[] = []
    let token = ''
    for (const line of commandsOf(page)) {
      const assigned = /^TOKEN=\$\((.*)\)$/.exec(line)?.[1]
      const [program, ...words] = wordsOf(assigned ?? line)
      if (program === 'curl') answers.push(await curl(words, token))
      else {
        // The plane stands already, in a set of this test.
        const inSet = words.map((word, at) => (words[at - 1] === '--set' ? 'test' : word))
        const { code, stdout, stderr } = await bailiwick(inSet)
        assert.equal(code, 0, `${line}\n${stderr}`)
        if (assigned) token = stdout.trim()
      }
    }
    const [list, entry, strangers] = answers as [
      { servers: unknown[] },
      Record<string, Record<string, unknown>>,
      { servers: { server: { name: string } }[] },
    ]
    assert.equal(wrongWith.list(list), undefined)
    assert.deepEqual(list.servers[0], entry)
    assert.deepEqual(
      strangers.servers.map(({ server }) => server.name),
      ['com.example.ops/bank'],
    )
    const told = JSON.parse(
      only(page, 'json entry').replaceAll('http://127.0.0.1:4680', gateway.origin),
    )
    assert.equal(wrongWith.entry(told), undefined)
    assert.deepEqual(Object.keys(entry._meta ?? {}), Object.keys(told._meta))
    const { version: _, ...server } = entry.server ?? {}
    const { version: _told, ...toldServer } = told.server
    assert.deepEqual(server, toldServer)
    assert.deepEqual(entry._meta?.['dev.bailiwick/registry'], told._meta['dev.bailiwick/registry'])
  })
})
