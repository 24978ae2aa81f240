import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { until } from '../gateway/calling.ts'
import { agent, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { type Here, startHere, startWatched, watchedServer } from '../gateway/watched.ts'
import { exchange, modern } from '../peers/wire.ts'
import { type House, startHouse } from './house.ts'

type Spoil = (response: ServerResponse, house: House, good: House) => void

/** What a house that is trusted, and has gone bad, answers to who asks for its keys. */
const spoils: Readonly<Record<string, Spoil>> = {
  'an error': (response) => response.writeHead(500).end(),
  'another status with good keys': (response, house) =>
    response.writeHead(203).end(house.published()),
  'a redirect to where good keys are': (response, _, good) =>
    response.writeHead(302, { location: `${good.issuer}/keys` }).end(),
  'ten megabytes': (response, house) =>
    response.writeHead(200).end(house.published() + ' '.repeat(10_000_000)),
  'what is not JSON': (response) => response.writeHead(200).end('<html>'),
  'half of it': (response, house) => {
    response.writeHead(200, { 'content-length': house.published().length })
    response.write(house.published().slice(0, 40), () => response.destroy())
  },
  'packed bytes': (response, house) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(house.published()),
  'no key': (response) => response.writeHead(200).end('{"keys":[]}'),
  'one key under two names of one kid': (response, house) => {
    const { jwk } = house.key('ES256')
    response.writeHead(200).end(JSON.stringify({ keys: [jwk, jwk] }))
  },
  'a symmetric key of that kid': (response) =>
    response
      .writeHead(200)
      .end(JSON.stringify({ keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'ES256-key' }] })),
  'nothing, and hangs up': (response) => response.destroy(),
}

const trusting = (name: string, issuer: string, more: object = {}) =>
  JSON.stringify({
    ...{ apiVersion: 'bailiwick/v1', kind: 'Issuer', plane: 'ops', name },
    ...{ owner: 'identity-team', issuer, keys: `${issuer}/keys`, ...more },
    accessTokens: { agent: { is: 'planner' } },
  })

describe('The keys of another issuer', () => {
  let watched: Awaited<ReturnType<typeof startWatched>>
  let good: House
  let silent: House
  let away: House
  let changing: House
  let here: Here
  let url: string
  const bad = new Map<string, House>()

  before(async () => {
    watched = await startWatched()
    good = await startHouse()
    silent = await startHouse()
    away = await startHouse()
    changing = await startHouse()
    for (const [name, spoil] of Object.entries(spoils)) {
      const house = await startHouse()
      house.answerWith((_, response) => spoil(response, house, good))
      bad.set(name, house)
    }
    here = await startHere(
      documents(
        ...[plane(), consumer(), watchedServer(watched.url), agent('planner')],
        grant('planner', 'planner', [{ server: 'watched' }]),
        ...[trusting('good', good.issuer), trusting('silent', silent.issuer)],
        trusting('changing', changing.issuer),
        trusting('away', away.issuer, { keys: 'https://169.254.169.254/keys' }),
        ...[...bad.values()].map(({ issuer }, i) => trusting(`bad-${i}`, issuer)),
      ),
    )
    url = `${here.origin}/mcp/ops/watched`
  })
  after(async () => {
    await here?.stop()
    watched?.stop()
    for (const house of [good, silent, away, changing, ...bad.values()]) house?.stop()
  })

  const token = (house: House, kid?: string) => {
    const iat = Math.floor(Date.now() / 1000)
    const claims = { iss: house.issuer, sub: 'x', aud: url, iat, exp: iat + 300, jti: randomUUID() }
    return house.token(claims, kid === undefined ? {} : { header: { kid } })
  }
  const reached = () => watched.seen.filter(({ method }) => method === 'tools/call').length
  const call = async (bearer: string) => {
    const { headers, body } = modern('tools/call', { name: 'quick' })
    const before = reached()
    const authorization = `Bearer ${bearer}`
    const { status } = await exchange(url, { headers: { ...headers, authorization }, body })
    return [status, reached() - before]
  }

  for (const name of Object.keys(spoils))
    test(`let nobody in where it answers ${name}, and others are not kept by it`, async () => {
      const house = bad.get(name)
      assert(house)
      assert.deepEqual(await call(token(good)), [200, 1])
      for (let i = 0; i < 3; i++) assert.deepEqual(await call(token(house)), [401, 0])
      assert.equal(house.asked.length, 1, 'it is left alone for a while')
      assert.deepEqual(await call(token(good)), [200, 1])
    })

  test('let nobody in where it says nothing, and whoever waits is let go', async () => {
    let held: ServerResponse | undefined
    silent.answerWith((_, response) => {
      held = response
    })
    const waiting = Array.from({ length: 20 }, () => call(token(silent)))
    await until(() => held)
    assert.deepEqual(await call(token(good)), [200, 1])
    held?.destroy()
    for (const answer of await Promise.all(waiting)) assert.equal(answer[0], 401)
    assert.equal(silent.asked.length, 1)
  })

  test('are not asked for at the address of the machine’s own link', async () => {
    assert.deepEqual(await call(token(away)), [401, 0])
  })

  test('are asked for once, whatever tokens name; a flood of made-up ones asks for nothing', async () => {
    assert.deepEqual(await call(token(changing)), [200, 1])
    for (let i = 0; i < 50; i++)
      assert.deepEqual(await call(token(changing, `made-up-${i}`)), [401, 0])
    assert.equal(changing.asked.length, 1)
    assert.deepEqual(await call(token(changing)), [200, 1])
  })

  test('count no more when the plane trusts the issuer no longer, for a token that was taken as well', async () => {
    const bearer = token(good)
    assert.deepEqual(await call(bearer), [200, 1])
    const { change } = here.installation
    const target = { plane: 'ops' as never, kind: 'Issuer' as const, name: 'good' }
    await change.remove(target, { by: 'test' })
    assert.deepEqual(await call(bearer), [401, 0])
  })
})
