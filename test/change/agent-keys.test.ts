import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { findSecrets } from '#change/secrets.ts'
import { agentDocument } from '#domain/documents.ts'
import { readFiles } from '../../src/cli/document-files.ts'

const pairOf = (bits = 2048) => ({
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  rsa: generateKeyPairSync('rsa', { modulusLength: bits }),
})
const { ec, rsa } = pairOf()
const jwk = ec.publicKey.export({ format: 'jwk' })
const agentWith = (...keys: object[]) => ({
  ...{ apiVersion: 'bailiwick/v1', kind: 'Agent', plane: 'ops', name: 'planner', owner: 'x' },
  ...{ consumers: ['workplace-ai'], authenticate: { jwks: { keys } } },
})
const isTaken = (...keys: object[]) => agentDocument.safeParse(agentWith(...keys)).success

describe('the keys of an agent', () => {
  test('are public keys, of which none is taken for a secret', () => {
    const keys = [
      { ...jwk, kid: 'a', use: 'sig', alg: 'ES256' },
      { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'b' },
    ]
    assert(isTaken(...keys))
    assert.deepEqual(findSecrets(agentWith(...keys)), [])
  })

  test('hold no private part, which is told as a secret and by its place alone', () => {
    const whole = ec.privateKey.export({ format: 'jwk' })
    assert(!isTaken(whole))
    const found = findSecrets(agentWith(whole))
    assert.deepEqual(
      found.map(({ path }) => path.at(-1)),
      ['d'],
    )
    assert(!JSON.stringify(found).includes(String(whole.d)))
  })

  test('are told apart, few, and strong', () => {
    const weak = pairOf(1024).rsa.publicKey.export({ format: 'jwk' })
    const refused: object[][] = [
      [],
      [weak],
      [jwk, jwk],
      [
        { ...jwk, kid: 'a' },
        { ...jwk, kid: 'a' },
      ],
      [{ ...jwk, x: jwk.y }],
      [{ ...jwk, alg: 'RS256' }],
      [{ ...jwk, use: 'enc' }],
      [{ kty: 'oct', k: 'c2VjcmV0' }],
      [{ ...jwk, x5u: 'https://evil.example' }],
      Array.from({ length: 11 }, (_, n) => ({ ...jwk, kid: `${n}` })),
    ]
    assert(isTaken(jwk))
    for (const keys of refused) assert(!isTaken(...keys), JSON.stringify(keys))
  })

  test('or a secret are named where authenticate is', () => {
    const nothing = { ...agentWith(), authenticate: {} }
    assert(!agentDocument.safeParse(nothing).success)
  })
})

describe('a file of keys that a document names', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bailiwick-keys-'))
    await mkdir(join(folder, 'set'))
    await writeFile(join(folder, 'outside.jwks.json'), JSON.stringify({ keys: [jwk] }))
    await writeFile(join(folder, 'set', 'planner.jwks.json'), JSON.stringify({ keys: [jwk] }))
    await writeFile(join(folder, 'set', 'broken.jwks.json'), '{"keys": [SECRET')
    await symlink(join(folder, 'outside.jwks.json'), join(folder, 'set', 'link.jwks.json'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  const write = (path: string) =>
    writeFile(
      join(folder, 'set', 'agent.yaml'),
      `kind: Agent\nname: planner\nauthenticate: { jwks: ${path} } # its key\nowner: x\n`,
    )
  const read = () => readFiles([join(folder, 'set')], { stdin: process.stdin })

  test('stands in its place, on its line, and is no document itself', async () => {
    await write('./planner.jwks.json')
    const [file, ...others] = await read()
    assert.deepEqual(others, [])
    assert.equal(
      file?.text.split('\n')[2],
      `authenticate: { jwks: ${JSON.stringify({ keys: [jwk] })} } # its key`,
    )
  })

  test('attack: is read from nowhere but beside it, and nothing of it is told', async () => {
    for (const path of ['./../outside.jwks.json', './link.jwks.json', './none.jwks.json']) {
      await write(path)
      await assert.rejects(read)
    }
    await write('./broken.jwks.json')
    await assert.rejects(read, (thrown: Error) => !JSON.stringify({ ...thrown }).includes('SECRET'))
  })
})
