import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { clientId } from '#domain/name.ts'
import { about } from '../change/door.ts'
import { lone, ops, planner } from '../identity/world.ts'
import { ask, basic, startIssuer } from './server.ts'

const issuer = await startIssuer()
const { identity, tokenUrl, clock } = issuer
const tokenWith = (client: string, secret: string) =>
  ask(tokenUrl, { grant_type: 'client_credentials' }, { authorization: basic(client, secret) })
const statusesOf = async (times: number, client: string, secret: string) => {
  const answers = await Promise.all(Array.from({ length: times }, () => tokenWith(client, secret)))
  return answers.map(({ status }) => status)
}
const how = (statuses: number[], status: number) => statuses.filter((one) => one === status).length

describe('guesses', () => {
  test('are refused without being hashed, as many as come, for agents that exist and that do not', async () => {
    const cpu = process.cpuUsage()
    for (const client of ['planner', 'nobody', 'secretless']) {
      assert.equal(how(await statusesOf(200, client, 'guess'), 401), 200)
    }
    const { user, system } = process.cpuUsage(cpu)
    // One hash takes 20 ms of a core or more: 600 of them would have taken twelve seconds.
    assert((user + system) / 1000 < 6000, `${(user + system) / 1000} ms of CPU for 600 guesses`)
  })

  test('do not lock out who knows the secret', async () => {
    const known = await identity.setSecret(ops, lone, about)
    const [guesses, [answer]] = await Promise.all([
      statusesOf(300, 'lone', 'guess'),
      statusesOf(1, 'lone', known),
    ])
    assert.deepEqual([how(guesses, 401), answer], [300, 200])
  })

  test('that have the tag of another client, plane or secret are guesses', async () => {
    const known = await identity.setSecret(ops, lone, about)
    const other = await identity.setSecret(ops, planner, about)
    const mixed = `${known.slice(0, -8)}${other.slice(-8)}`
    for (const secret of [other, mixed, known.slice(0, -8), `${known}AAAA`]) {
      assert.deepEqual(await statusesOf(1, 'lone', secret), [401])
    }
    const url = `${issuer.origin}/oauth/finance/token`
    const headers = { authorization: basic('planner', other) }
    assert.equal((await ask(url, { grant_type: 'client_credentials' }, headers)).status, 401)
  })
})

describe('an agent that asks for tokens in a loop', () => {
  test('is bounded before its secret is hashed, is told when to come back, and no other agent feels it', async () => {
    clock.advance(1_000_000)
    const known = await identity.setSecret(ops, lone, about)
    const other = await identity.setSecret(ops, planner, about)
    const statuses: number[] = []
    for (let i = 0; i < 65; i++) statuses.push((await tokenWith('lone', known)).status)
    assert.deepEqual([how(statuses, 200), how(statuses, 429)], [60, 5])
    const { status, json, headers } = await tokenWith('lone@workplace-ai', known)
    assert.deepEqual(
      [status, json.error, headers.get('retry-after')],
      [429, 'temporarily_unavailable', '1'],
    )
    assert.deepEqual(await statusesOf(1, 'planner', other), [200])
    clock.advance(200)
    assert.deepEqual(await statusesOf(1, 'lone', known), [200])
    assert.deepEqual(await statusesOf(1, 'lone', known), [429])
  })

  test('is sent away too where too many secrets wait to be hashed', async () => {
    clock.advance(1_000_000)
    const names = Array.from({ length: 3 }, (_, i) => `crowd${i}`)
    const secrets = new Map<string, string>()
    for (const name of names) {
      issuer.policy.put(ops, name, ['workplace-ai'], true)
      secrets.set(name, await identity.setSecret(ops, clientId(name, 'workplace-ai'), about))
    }
    const each = names.map((name) => statusesOf(20, name, secrets.get(name) ?? ''))
    const statuses = (await Promise.all(each)).flat()
    assert.equal(how(statuses, 200) + how(statuses, 429), 60)
    assert(how(statuses, 200) >= 34 && how(statuses, 429) > 0, `${how(statuses, 200)} of 60`)
  })
})

test('a secret is right after a restart, by its hash alone', async () => {
  const known = await identity.setSecret(ops, planner, about)
  await issuer.restart()
  assert.deepEqual(await statusesOf(1, 'planner', known), [200])
  assert.deepEqual(await statusesOf(1, 'planner', `${known}x`), [401])
})

test('neither secrets nor tokens nor guesses are in the log, the rows or an answer that refuses', async () => {
  const known = await identity.setSecret(ops, planner, about)
  await issuer.restart()
  const guess = 'canary-7f3a-guess'
  const refused = [
    await tokenWith('planner', guess),
    await tokenWith('nobody', known),
    await tokenWith('planner@soc', known),
    await ask(tokenUrl, { grant_type: known, client_id: 'planner', client_secret: known }),
    await ask(tokenUrl, { scope: `"${known}`, client_id: 'planner', client_secret: known }),
    await ask(tokenUrl, { client_id: known, client_secret: guess }),
  ]
  const { json } = await tokenWith('planner', known)
  await issuer.current().close()
  const rows = JSON.stringify(await issuer.store.plane(ops).clientSecrets.list())
  const answers = JSON.stringify(refused.map((answer) => [...answer.headers, answer.json]))
  assert.equal(typeof json.access_token, 'string')
  assert(issuer.lines.some((line) => line.includes('token requests refused')))
  for (const text of [known, guess, String(json.access_token)]) {
    const spelt = ['utf8', 'base64', 'hex'].map((as) =>
      Buffer.from(text).toString(as as BufferEncoding),
    )
    for (const [place, found] of Object.entries({ log: issuer.lines.join(''), rows, answers })) {
      for (const spelling of spelt) assert(!found.includes(spelling), place)
    }
  }
})
