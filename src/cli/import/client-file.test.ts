// biome-ignore-all lint/suspicious/noTemplateCurlyInString: so clients write what stands elsewhere.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readClientFile } from './client-file.ts'

const read = (file: object) => readClientFile(file as Record<string, unknown>) ?? []
const reaches = (file: object) => read(file).map(({ name, at, reach }) => [name, at, reach.how])

describe('A configuration', () => {
  const server = { command: 'npx', args: ['-y', 'x'] }
  const forms: [client: string, file: object, at: string][] = [
    ['Claude Desktop, Cursor, Windsurf', { mcpServers: { a: server } }, 'mcpServers.a'],
    ['VS Code', { inputs: [], servers: { a: server } }, 'servers.a'],
    ['VS Code, in its settings', { mcp: { servers: { a: server } } }, 'mcp.servers.a'],
    [
      'Claude Code',
      { projects: { '/x': { mcpServers: { a: server } } } },
      'projects["/x"].mcpServers.a',
    ],
    [
      'Zed',
      { context_servers: { a: { command: { path: 'npx', args: ['-y', 'x'] } } } },
      'context_servers.a',
    ],
    ['opencode', { mcp: { a: { type: 'local', command: ['npx', '-y', 'x'] } } }, 'mcp.a'],
  ]
  for (const [client, file, at] of forms)
    test(`of ${client} is read`, () => {
      const [entry] = read(file)
      assert.deepEqual([entry?.name, entry?.at], ['a', at])
      assert.ok(entry?.reach.how === 'program')
      assert.equal(entry.reach.command, 'npx')
      assert.deepEqual(
        entry.reach.arguments.map(({ text }) => text),
        ['-y', 'x'],
      )
    })

  test('names a URL in the words of each client', () => {
    const url = 'https://x.internal/mcp'
    const file = {
      mcpServers: {
        cursor: { url },
        windsurf: { serverUrl: url },
        gemini: { httpUrl: url },
        code: { type: 'http', url, headers: { 'X-Key': 'k' } },
        lines: { url, headers: ['Authorization: Bearer t'] },
      },
    }
    for (const { reach } of read(file)) assert.ok(reach.how === 'url' && reach.url === url)
    const [, windsurf, , code, lines] = read(file).map(({ reach }) => reach)
    assert.ok(windsurf?.how === 'url' && code?.how === 'url' && lines?.how === 'url')
    assert.equal(windsurf.at, 'mcpServers.windsurf.serverUrl')
    assert.deepEqual(code.headers, [
      { name: 'X-Key', text: 'k', at: 'mcpServers.code.headers.X-Key' },
    ])
    assert.deepEqual(lines.headers, [
      { name: 'Authorization', text: 'Bearer t', at: 'mcpServers.lines.headers[0]' },
    ])
  })

  test('whose program is only a bridge to a URL leads to that URL', () => {
    const args = [
      '-y',
      'mcp-remote@latest',
      'https://x.internal/mcp',
      '--header',
      'Authorization: ${AUTH}',
    ]
    const [entry] = read({ mcpServers: { x: { command: 'npx', args, env: { AUTH: 'Bearer t' } } } })
    assert.deepEqual(entry?.reach, {
      how: 'url',
      url: 'https://x.internal/mcp',
      at: 'mcpServers.x.args[2]',
      headers: [{ name: 'Authorization', text: 'Bearer t', at: 'mcpServers.x.env.AUTH' }],
    })
  })

  test('tells arguments by what they are the value of', () => {
    const args = ['--api-key', 'k', '--port=8080', '-e', 'TOKEN=t', 'https://x/?a=b', '--flag']
    const [entry] = read({ mcpServers: { x: { command: 'run', args } } })
    assert.ok(entry?.reach.how === 'program')
    assert.deepEqual(
      entry.reach.arguments.map(({ name, before, text }) => [name, before, text]),
      [
        [undefined, undefined, '--api-key'],
        ['api-key', undefined, 'k'],
        ['port', '--port=', '8080'],
        [undefined, undefined, '-e'],
        ['TOKEN', 'TOKEN=', 't'],
        [undefined, undefined, 'https://x/?a=b'],
        [undefined, undefined, '--flag'],
      ],
    )
  })

  test('with what cannot be taken over says why, one by one', () => {
    const file = {
      mcpServers: {
        old: { type: 'sse', url: 'https://x.internal/sse' },
        none: { type: 'stdio' },
        odd: { command: 'x', args: [1] },
        off: { command: 'x', disabled: true, envFile: '.env' },
      },
    }
    assert.deepEqual(reaches(file), [
      ['old', 'mcpServers.old', 'none'],
      ['none', 'mcpServers.none', 'none'],
      ['odd', 'mcpServers.odd', 'none'],
      ['off', 'mcpServers.off', 'program'],
    ])
    assert.deepEqual(read(file)[3]?.notes, [
      'is switched off in the file',
      'reads more variables from its envFile',
    ])
  })

  test('is none where it names no servers', () => {
    for (const file of [
      {},
      { servers: [] },
      { name: 'x' },
      { mcp: { timeout: 3 } },
      { mcpServers: 3 },
    ])
      assert.equal(readClientFile(file), undefined, JSON.stringify(file))
    assert.deepEqual(readClientFile({ mcpServers: {} }), [])
  })
})
