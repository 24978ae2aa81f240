import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { clientId, planeId } from '#domain/name.ts'
import { agent, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { type Here, startHere, startWatched, watchedServer } from '../gateway/watched.ts'
import { mintSaying } from '../identity/signing.ts'
import { exchange, modern } from '../peers/wire.ts'
import { createProver, type Prover } from './prover.ts'

const ops = planeId('ops')
const client = clientId('planner', 'workplace-ai')
const stepUp = {
  apiVersion: 'bailiwick/v1',
  kind: 'Rule',
  plane: 'ops',
  name: 'strong',
  over: [{ server: 'watched', tools: ['quick'] }],
  require: 'caller.acr == "phr"',
  otherwise: { challenge: { acr: 'phr' } },
}

describe('What an item, a plane or a rule demands of a token', () => {
  let watched: Awaited<ReturnType<typeof startWatched>>
  let here: Here
  let url: string
  let prover: Prover

  before(async () => {
    watched = await startWatched()
    prover = await createProver()
    here = await startHere(all({}))
    url = `${here.origin}/mcp/ops/watched`
  })
  after(async () => {
    await here?.stop()
    watched?.stop()
  })

  /** The plane as these say it. */
  const all = (about: { of?: object; item?: object; rule?: object }): string =>
    documents(
      plane('ops', about.of ? { require: about.of } : {}),
      consumer(),
      JSON.stringify({
        ...JSON.parse(watchedServer(watched.url)),
        ...(about.item && { require: about.item }),
      }),
      agent('planner'),
      grant('planner', 'planner', [{ server: 'watched' }]),
      ...(about.rule ? [JSON.stringify(about.rule)] : []),
    )

  const seconds = () => Math.floor(Date.now() / 1000)
  const onBehalf = (more: object = {}) => ({ sub: 'ana', act: { sub: 'planner' }, ...more })
  const mint = (more: object = {}) =>
    mintSaying(here.installation, { plane: ops, client, resource: url }, () => more)
  const proven = async (token: string) => {
    const nonce = here.installation.identity.proofs.nonce(Date.now())
    const proof = await prover.proof({ method: 'POST', url, token, nonce })
    return { authorization: `DPoP ${token}`, dpop: proof }
  }
  const call = async (token: string, headers?: object, method = 'tools/call') => {
    const asked = modern(method, method === 'tools/call' ? { name: 'quick' } : {})
    const sent = { authorization: `Bearer ${token}`, ...asked.headers, ...headers }
    const answer = await exchange(url, { headers: sent, body: asked.body })
    const said = answer.headers['www-authenticate']
    const isDone = answer.status === 200 && answer.body.includes('done')
    return { ...answer, isDone, challenge: typeof said === 'string' ? said : undefined }
  }

  for (const where of ['item', 'of'] as const)
    describe(where === 'item' ? 'an item' : 'a plane', () => {
      test('that demands DPoP takes a proven token and no other, and says which', async () => {
        await here.apply(all({ [where]: { binding: 'dpop' } }))
        const bound = await mint({ cnf: { jkt: prover.thumbprint } })
        assert((await call(bound, await proven(bound))).isDone)
        const { status, challenge } = await call(await mint())
        assert.equal(status, 401)
        assert.match(challenge ?? '', /^DPoP algs="ES256 Ed25519 EdDSA", error="invalid_token"/)
      })

      test('that demands a certificate takes no proof for one', async () => {
        await here.apply(all({ [where]: { binding: 'mtls' } }))
        const bound = await mint({ cnf: { jkt: prover.thumbprint } })
        const { status, challenge } = await call(bound, await proven(bound))
        assert.equal(status, 401)
        if (where === 'item') assert.match(challenge ?? '', /^Bearer error="invalid_token"/)
      })

      test('that demands any binding takes the one there is', async () => {
        await here.apply(all({ [where]: { binding: 'any' } }))
        const bound = await mint({ cnf: { jkt: prover.thumbprint } })
        assert((await call(bound, await proven(bound))).isDone)
        assert.equal((await call(await mint())).status, 401)
      })

      test('that demands a sign-in asks for it once; whoever comes back as weak is refused for good', async () => {
        await here.apply(all({ [where]: { acr: ['phr', 'phrh'] } }))
        const user = `ana-${where}`
        const as = (more: object) => mint(onBehalf({ sub: user, ...more }))
        assert((await call(await as({ acr: 'phrh', auth_time: seconds() - 60 }))).isDone)
        const before = await call(await as({ acr: 'pwd', auth_time: seconds() - 60 }))
        assert.equal(before.status, 401)
        assert.match(before.challenge ?? '', /error="insufficient_user_authentication"/)
        assert.match(before.challenge ?? '', /acr_values="phr phrh"/)
        const again = await call(await as({ acr: 'pwd', auth_time: seconds() }))
        assert.deepEqual([again.status, again.challenge], [200, undefined])
        assert.match(again.body, /Denied by policy/)
        assert((await call(await as({ acr: 'phr', auth_time: seconds() }))).isDone)
      })

      test('that demands a sign-in asks nothing of an agent that acts for nobody', async () => {
        await here.apply(all({ [where]: { acr: 'phr' } }))
        const { status, challenge, body } = await call(await mint())
        assert.deepEqual([status, challenge], [200, undefined])
        assert.match(body, /Denied by policy/)
      })

      test('that demands a young token takes no old one, and a new one ends it', async () => {
        await here.apply(all({ [where]: { maxTokenAge: '60s' } }))
        const { status, challenge } = await call(await mint({ iat: seconds() - 90 }))
        assert.equal(status, 401)
        assert.match(challenge ?? '', /error="invalid_token"/)
        assert((await call(await mint())).isDone)
      })
    })

  test('a plane that demands a binding tells an unbound token not even what there is', async () => {
    await here.apply(all({ of: { binding: 'dpop' } }))
    assert.equal((await call(await mint(), {}, 'tools/list')).status, 401)
    await here.apply(all({ item: { binding: 'dpop' } }))
    assert.equal((await call(await mint(), {}, 'tools/list')).status, 200)
  })

  test('a plane and an item that demand different things are met by both at once', async () => {
    await here.apply(all({ of: { acr: 'phr' }, item: { binding: 'dpop' } }))
    const bound = await mint(onBehalf({ cnf: { jkt: prover.thumbprint }, acr: 'phr' }))
    assert((await call(bound, await proven(bound))).isDone)
    const weak = await mint(onBehalf({ sub: 'eve', cnf: { jkt: prover.thumbprint } }))
    assert.match((await call(weak, await proven(weak))).challenge ?? '', /acr_values="phr"/)
    assert.equal((await call(await mint(onBehalf({ acr: 'phr' })))).status, 401)
  })

  test('a rule asks for a sign-in, and ends in a refusal where it cannot be had', async () => {
    await here.apply(all({ rule: stepUp }))
    assert((await call(await mint(onBehalf({ acr: 'phr' })))).isDone)
    const asked = await call(await mint(onBehalf({ sub: 'bo', auth_time: seconds() - 60 })))
    assert.match(asked.challenge ?? '', /insufficient_user_authentication.*acr_values="phr"/)
    const nobody = await call(await mint())
    assert.deepEqual([nobody.status, nobody.challenge], [200, undefined])
    assert.match(nobody.body, /Denied by policy/)
    await here.apply(all({ rule: { ...stepUp, require: 'false' } }))
    const strong = await call(await mint(onBehalf({ acr: 'phr' })))
    assert.deepEqual([strong.status, strong.challenge], [200, undefined])
  })

  test('a demand that comes while a call is under way ends what no longer suits', async () => {
    await here.apply(all({}))
    const body = modern('tools/call', { name: 'streams' })
    const headers = { ...body.headers, authorization: `Bearer ${await mint()}` }
    const stream = exchange(url, { headers, body: body.body })
    while (!watched.open().includes('streams')) await new Promise(setImmediate)
    await here.apply(all({ item: { binding: 'dpop' } }))
    assert.match((await stream).body, /permitted no longer/)
  })
})
