import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readServerJson } from './server-json.ts'

const about = { name: 'io.github.user/weather', description: 'Weather', version: '1.0.2' }
const read = (more: object) => readServerJson({ ...about, ...more })?.[0]

describe('A server.json', () => {
  test('with a remote is what answers there, with the header that it is lent', () => {
    const entry = read({
      title: 'Weather API',
      websiteUrl: 'https://weather.example/docs',
      packages: [{ registryType: 'npm', identifier: 'x', transport: { type: 'stdio' } }],
      remotes: [
        { type: 'sse', url: 'https://weather.example/sse' },
        {
          type: 'streamable-http',
          url: 'https://{region}.weather.example/mcp',
          variables: { region: { default: 'eu' } },
          headers: [
            {
              name: 'Authorization',
              value: 'Bearer {key}',
              variables: { key: { isSecret: true } },
            },
            { name: 'X-Units', value: 'metric' },
          ],
        },
      ],
    })
    assert.deepEqual(entry, {
      name: 'weather',
      at: 'the file',
      title: 'Weather API',
      description: 'Weather',
      documentation: 'https://weather.example/docs',
      reach: {
        how: 'url',
        url: 'https://eu.weather.example/mcp',
        at: 'remotes[1].url',
        headers: [
          {
            name: 'Authorization',
            text: 'Bearer {key}',
            at: 'remotes[1].headers[0]',
            isSecret: true,
          },
          { name: 'X-Units', text: 'metric', at: 'remotes[1].headers[1]' },
        ],
      },
      notes: ['is offered in 2 more ways'],
    })
  })

  test('whose URL only somebody else can say is left out', () => {
    const remotes = [{ type: 'streamable-http', url: 'https://{tenant}.example/mcp' }]
    const entry = read({ remotes })
    assert.ok(entry?.reach.how === 'none')
    assert.match(entry.reach.because, /needs tenant/)
  })

  const packages: [registryType: string, found: object, command: string[]][] = [
    ['npm', { identifier: '@x/weather' }, ['npx', '-y', '@x/weather@1.0.2']],
    ['pypi', { identifier: 'weather' }, ['uvx', 'weather==1.0.2']],
    ['nuget', { identifier: 'Weather' }, ['dnx', '--yes', 'Weather@1.0.2']],
    [
      'oci',
      {
        identifier: 'ghcr.io/x/weather',
        runtimeArguments: [{ type: 'named', name: '--network', value: 'none' }],
      },
      ['docker', 'run', '-i', '--rm', '--network=none', 'ghcr.io/x/weather:1.0.2'],
    ],
    [
      'npm',
      {
        identifier: 'w',
        runtimeHint: 'bunx',
        packageArguments: [
          { type: 'positional', valueHint: 'folder' },
          { type: 'named', name: '--units', default: 'metric' },
          { type: 'named', name: '--quiet' },
        ],
      },
      ['bunx', '-y', 'w@1.0.2', '{folder}', '--units=metric', '--quiet'],
    ],
  ]
  for (const [registryType, found, command] of packages)
    test(`with a package of ${registryType} is the program ${command.join(' ')}`, () => {
      const entry = read({ packages: [{ registryType, version: '1.0.2', ...found }] })
      assert.ok(entry?.reach.how === 'program')
      const texts = entry.reach.arguments.map(({ before = '', text }) => before + text)
      assert.deepEqual([entry.reach.command, ...texts], command)
    })

  test('of 2025-07, in its older spelling, is read too', () => {
    const entry = readServerJson({
      name: 'io.github.user/old',
      packages: [
        {
          registry_type: 'npm',
          identifier: 'old',
          version: '1.0.0',
          environment_variables: [{ name: 'OLD_KEY', is_secret: true }],
        },
      ],
    })?.[0]
    assert.ok(entry?.reach.how === 'program')
    assert.deepEqual(entry.reach.environment, [
      {
        name: 'OLD_KEY',
        text: '{OLD_KEY}',
        at: 'packages[0].environment_variables[0]',
        isSecret: true,
      },
    ])
  })

  test('comes by itself, as an answer of a registry, or many on a page', () => {
    const remotes = [{ type: 'streamable-http', url: 'https://x.example/mcp' }]
    const server = { ...about, remotes }
    for (const [file, at] of [
      [server, 'the file'],
      [{ server, _meta: {} }, 'server'],
      [{ servers: [{ server }, { server }], metadata: {} }, 'servers[0].server'],
    ] as const)
      assert.deepEqual(readServerJson(file)?.[0]?.at, at)
    for (const file of [
      {},
      { name: 'package', version: '1.0.0' },
      { servers: [] },
      { servers: { a: {} } },
    ])
      assert.equal(readServerJson(file), undefined)
  })

  test('with neither a program nor a remote that is spoken says so', () => {
    for (const more of [{}, { remotes: [{ type: 'sse', url: 'https://x/sse' }] }])
      assert.equal(read(more)?.reach.how, 'none')
    const mcpb = { registryType: 'mcpb', identifier: 'https://x/y.mcpb' }
    assert.equal(read({ packages: [mcpb] })?.reach.how, 'none')
  })
})
