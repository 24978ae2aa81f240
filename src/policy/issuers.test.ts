import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PlanePolicy, Policy } from '#change/change.ts'
import type { IssuerDocument } from '#domain/documents.ts'
import { apiVersion } from '#domain/fields.ts'
import { planeId } from '#domain/name.ts'
import { sortedMap } from '#lib/sorted-map.ts'
import { issuersAtManager, issuersOf } from './issuers.ts'

const [ops, finance] = [planeId('ops'), planeId('finance')]
const corp = 'https://id.corp.example'
type SignIn = NonNullable<IssuerDocument['signIn']>
const signIn = (about: Partial<SignIn> = {}): SignIn => ({
  ...{ client: { id: 'bailiwick' }, teams: [] },
  ...about,
})
const issuer = (
  name: string,
  about: Partial<IssuerDocument> = {},
  plane = ops,
): IssuerDocument => ({
  ...{ apiVersion, kind: 'Issuer', plane, name, owner: 'o', issuer: `https://${name}.example` },
  ...about,
})
const accessTokens = { agent: { claim: 'client_id' } } as const
const documents = (...all: IssuerDocument[]) => sortedMap(all.map((one) => [one.name, one]))
const policyOf = (...planes: readonly (readonly [typeof ops, IssuerDocument[]])[]): Policy => ({
  revision: 1,
  planes: new Map(
    planes.map(([plane, all]) => [plane, { issuers: documents(...all) } as unknown as PlanePolicy]),
  ),
})

describe('The issuers of a plane', () => {
  test('are found by what their tokens say, and by name', () => {
    const [one, two] = [issuer('one', { accessTokens }), issuer('two', { signIn: signIn() })]
    const issuers = issuersOf(documents(one, two))
    assert.equal(issuers.size, 2)
    assert.deepEqual(issuers.taken, ['https://one.example'])
    assert.deepEqual(issuers.signIns, [two])
    assert.equal(issuers.find('https://two.example'), two)
    assert.equal(issuers.find('two'), undefined)
    assert.equal(issuers.get('two'), two)
    assert.equal(issuers.get('https://two.example'), undefined)
  })

  test('are worked out once, until one of them changes', () => {
    const same = documents(issuer('one'))
    assert.equal(issuersOf(same), issuersOf(same))
    assert.notEqual(issuersOf(documents(issuer('one'))), issuersOf(same))
    assert.equal(issuersOf().size, 0)
    assert.equal(issuersOf(), issuersOf())
  })
})

describe('The issuers at the Manager', () => {
  const atManager = (about: Partial<SignIn> = {}) => signIn({ manager: true, ...about })

  test('are those that say so, each once for all planes, asked for what any of them wants', () => {
    const first = issuer('corp', { issuer: corp, signIn: atManager({ scopes: ['groups'] }) })
    const other = issuer(
      'house',
      { issuer: corp, signIn: atManager({ scopes: ['groups', 'email'] }) },
      finance,
    )
    const policy = policyOf(
      [ops, [first, issuer('mere'), issuer('plain', { signIn: signIn() })]],
      [finance, [other]],
    )
    const [one, ...more] = issuersAtManager(policy)
    assert.deepEqual(more, [])
    assert.deepEqual(one?.planes, [ops, finance])
    assert.equal(one?.issuer.name, 'corp')
    assert.deepEqual(one?.issuer.signIn?.scopes, ['groups', 'email'])
    assert.equal(issuersAtManager(policy), issuersAtManager(policy))
  })

  test('are two where they know us as two clients', () => {
    const one = issuer('corp', { issuer: corp, signIn: atManager() })
    const two = issuer('corp', { issuer: corp, signIn: atManager({ client: { id: 'another' } }) })
    const all = issuersAtManager(policyOf([ops, [one]], [finance, [two]]))
    assert.deepEqual(
      all.map(({ planes }) => planes),
      [[ops], [finance]],
    )
    // The document itself, which what was heard of the issuer is remembered by.
    assert.deepEqual(
      all.map(({ issuer: document }) => document === one || document === two),
      [true, true],
    )
  })

  test('are the document itself where it asks for all that the others do', () => {
    const one = issuer('corp', { issuer: corp, signIn: atManager({ scopes: ['groups'] }) })
    const two = issuer('corp', { issuer: corp, signIn: atManager({ scopes: ['groups'] }) }, finance)
    const [only] = issuersAtManager(policyOf([ops, [one]], [finance, [two]]))
    assert.equal(only?.issuer, one)
  })
})
