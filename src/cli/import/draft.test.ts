import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { documentSchemas } from '#domain/documents.ts'
import { readClientFile } from './client-file.ts'
import { type Drafting, draftAll, type Taken } from './draft.ts'
import { runnersSnippet } from './runner.ts'

const about: Drafting = {
  plane: 'ops',
  owner: 'alice',
  standing: { items: new Map(), credentials: new Set() },
  runners: new Map(),
}
const drafted = (mcpServers: object, more: Partial<Drafting> = {}) =>
  draftAll(readClientFile({ mcpServers }) ?? [], { ...about, ...more })
/** All of it that is printed, stored in documents or told in JSON. */
const shown = (taken: readonly Taken[]): string =>
  JSON.stringify(
    taken.map(({ secrets, entry: _, ...rest }) => ({
      ...rest,
      credentials: secrets.map(({ credential }) => credential),
    })),
  ) + runnersSnippet(taken.flatMap(({ runner }) => runner ?? []))

const canary = fc.stringMatching(/^cAnArY[A-Za-z0-9/+=_.-]{6,30}\d$/)
const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9 _-]{0,30}$/)
const planted = fc.tuple(canary, word).chain(([secret, name]) =>
  fc.constantFrom(
    {
      secret,
      server: { url: 'https://x.internal/mcp', headers: { Authorization: `Bearer ${secret}` } },
    },
    { secret, server: { url: 'https://x.internal/mcp', headers: { [name]: secret } } },
    { secret, server: { url: `https://x.internal/mcp?api_key=${encodeURIComponent(secret)}` } },
    { secret, server: { url: `https://me:${encodeURIComponent(secret)}@x.internal/mcp` } },
    { secret, server: { command: 'x', env: { [name]: secret } } },
    { secret, server: { command: 'x', args: ['--token', secret] } },
    { secret, server: { command: 'x', args: [`--api-key=${secret}`] } },
    { secret, server: { command: 'docker', args: ['run', '-e', `MY_TOKEN=${secret}`, 'image'] } },
    {
      secret,
      server: {
        command: 'npx',
        args: ['mcp-remote', 'https://x.internal', '--header', `X-Key: ${secret}`],
      },
    },
  ),
)

describe('attack: a secret stands somewhere in an entry', () => {
  test('it is in nothing that is shown or stored in the clear, wherever it stands', () => {
    fc.assert(
      fc.property(fc.array(planted, { minLength: 1, maxLength: 4 }), (all) => {
        const servers = Object.fromEntries(all.map(({ server }, at) => [`server ${at}`, server]))
        const text = shown(drafted(servers))
        for (const { secret } of all) {
          assert.ok(!text.includes(secret), text)
          assert.ok(!text.includes(encodeURIComponent(secret)), text)
        }
      }),
    )
  })

  test('what is kept in the vault is said to be in the file, by the same credential', () => {
    fc.assert(
      fc.property(planted, ({ server, secret }) => {
        const [taken] = drafted({ x: server })
        assert.ok(taken)
        assert.ok(taken.held.length > 0)
        const kept = new Set(taken.secrets.map(({ credential }) => credential))
        for (const { credential } of taken.held)
          assert.ok(credential === undefined ? kept.size === 0 : kept.has(credential))
        for (const one of taken.secrets) assert.ok(one.secret.includes(secret))
      }),
    )
  })
})

describe('Drafts', () => {
  const url = 'https://x.internal/mcp'

  test('are documents that are taken, whatever the file calls its servers', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.constantFrom({ url }, { command: 'x' })),
        (servers) => {
          const taken = drafted(servers)
          const names = taken.map(({ name }) => name)
          assert.equal(new Set(names).size, names.length)
          for (const document of taken.flatMap(({ documents }) => documents)) {
            const { kind } = document as { kind: 'Server' | 'Credential' }
            const checked = documentSchemas[kind].safeParse(document)
            assert.ok(checked.success, checked.error?.message)
          }
        },
      ),
    )
  })

  test('leave what stands as it is, and take another name where something else has it', () => {
    const credential = { credential: undefined, credentialVersion: undefined }
    const items = new Map([
      ['same', { upstream: url, ...credential }],
      ['other', { upstream: 'https://other.internal/mcp', ...credential }],
      ['program', { upstream: 'runner program', ...credential }],
    ])
    const taken = drafted(
      { same: { url }, other: { url }, program: { command: 'x' }, Same: { url } },
      { standing: { items, credentials: new Set() } },
    )
    assert.deepEqual(
      taken.map(({ becomes, name }) => [becomes, name]),
      [
        ['stands', 'same'],
        ['draft', 'other-2'],
        ['stands', 'program'],
        ['draft', 'same-2'],
      ],
    )
  })

  test('put into the vault what is missing there, under the name that they would have given, and nothing else', () => {
    const headers = { Authorization: 'Bearer cAnArY-1' }
    const stands = (credential: string, credentialVersion: number | undefined) =>
      drafted(
        { x: { url, headers } },
        {
          standing: {
            items: new Map([['x', { upstream: url, credential, credentialVersion }]]),
            credentials: new Set([credential]),
          },
        },
      )[0]
    assert.deepEqual(stands('x', undefined)?.secrets, [{ credential: 'x', secret: 'cAnArY-1' }])
    assert.deepEqual(stands('x', 3)?.secrets, [])
    assert.deepEqual(stands('theirs', undefined)?.secrets, [])
  })

  test('of a credential whose name is taken have another one', () => {
    const standing = { items: new Map(), credentials: new Set(['x']) }
    const [taken] = drafted({ x: { url, headers: { 'X-Key': 'cAnArY-1' } } }, { standing })
    assert.deepEqual(taken?.secrets, [{ credential: 'x-2', secret: 'cAnArY-1' }])
  })
})
