import assert from 'node:assert/strict'
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { clientId, planeId } from '#domain/name.ts'
import { startInstallation } from '../../src/compose.ts'
import { callingAt, until } from '../gateway/calling.ts'
import { consumer, document, documents, grant, plane } from '../gateway/plane.ts'
import { startWatched, watchedServer } from '../gateway/watched.ts'
import { mintOnBehalf } from '../identity/signing.ts'
import { startProcesses } from '../peers/processes.ts'
import { exchange } from '../peers/wire.ts'
import { api } from '../rest/api.ts'
import { startTickets, type Tickets, ticketsDocument } from '../rest/tickets.ts'
import { startSecond } from './second.ts'

const ops = planeId('ops')
const planner = clientId('planner', 'workplace-ai')
const by = { by: 'deniz' }
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'one' }
/** So that the next key signs within seconds of being made. */
const config = { keys: { cachedForSeconds: 1 } }

let watched: Awaited<ReturnType<typeof startWatched>>
let tickets: Tickets
let processes: Awaited<ReturnType<typeof startProcesses>>
let here: Awaited<ReturnType<typeof startInstallation>>
let folder: string
before(async () => {
  watched = await startWatched()
  tickets = await startTickets()
  const allowed = grant('all', 'planner', [{ server: 'watched' }, { api: 'tickets' }])
  const keyed = plane('ops', { apiKeys: { longest: '30d' } })
  const offered = api(tickets.url, ticketsDocument())
  const signer = document('Agent', {
    ...{ plane: 'ops', name: 'planner', owner: 'alice@example.com', consumers: ['workplace-ai'] },
    authenticate: { jwks: { keys: [jwk] } },
  })
  const all = documents(keyed, consumer(), signer, watchedServer(watched.url), offered, allowed)
  processes = await startProcesses(2, all, { config })
  folder = await mkdtemp(join(tmpdir(), 'bailiwick-here-'))
  await copyFile(processes.rootKey, join(folder, 'root.key'))
  const file = join(folder, 'bailiwick.yaml')
  await writeFile(file, JSON.stringify(config))
  const store = { store: processes.url, origin: processes.origin, sample: false, config: file }
  here = await startInstallation({ data: folder, listen: '127.0.0.1:0', ...store, print() {} })
})
after(async () => {
  await here?.stop()
  await processes?.stop()
  watched?.stop()
  await tickets?.close()
  await rm(folder, { recursive: true, force: true })
})

const issuerOf = () => `${processes.origin}/oauth/ops`
const resourceOf = () => `${processes.origin}/mcp/ops/watched`
const host = () => new URL(processes.origin).host
const callingEach = () =>
  processes.origins().map((origin) => callingAt(`${origin}/mcp/ops/watched`, host()))
type Calling = ReturnType<typeof callingAt>

const isTaken = async (at: Calling, token: string): Promise<boolean> =>
  (await at.call(token, 'quick')).status === 200

/** What is permitted with a token, on each process, and that it ends within a second of `act`. */
const endsEverywhere = async (token: string, act: () => Promise<unknown>): Promise<void> => {
  const each = callingEach()
  for (const at of each) await until(() => isTaken(at, token))
  const streams = await Promise.all(each.map((at) => at.streamCall(token)))
  await act()
  const second = startSecond()
  const from = performance.now()
  const took: number[] = []
  await Promise.all([
    ...streams.map(async ({ text }) => {
      await text
      took.push(performance.now() - from)
    }),
    ...each.map(async (at) => {
      while (await isTaken(at, token)) await pause(5)
      took.push(performance.now() - from)
    }),
  ])
  assert.equal(took.length, 4)
  second.check(took)
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const assertion = () => {
  const now = Math.floor(Date.now() / 1000)
  const who = { iss: planner, sub: planner, aud: issuerOf(), jti: randomUUID() }
  const signed = `${encode({ alg: 'ES256', kid: 'one' })}.${encode({ ...who, iat: now, exp: now + 60 })}`
  const key = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
}
const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const ask = (n: number, path: string, form: Record<string, string>, by = assertion()) =>
  fetch(`${processes.origins()[n % 2]}/oauth/ops/${path}`, {
    method: 'POST',
    headers: { host: host() },
    body: new URLSearchParams({ client_assertion_type: type, client_assertion: by, ...form }),
  })
const newToken = async (n: number): Promise<string> => {
  const answer = await ask(n, 'token', {
    grant_type: 'client_credentials',
    resource: resourceOf(),
  })
  const json = (await answer.json()) as { access_token?: string }
  assert.equal(answer.status, 200, JSON.stringify(json))
  return String(json.access_token)
}
const kidOf = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid

test('an assertion that one process has taken is refused by the other, whoever comes first', async () => {
  for (let trial = 0; trial < 10; trial++) {
    const once = assertion()
    const form = { grant_type: 'client_credentials' }
    const answers = await Promise.all([ask(0, 'token', form, once), ask(1, 'token', form, once)])
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401])
  }
})

test('a token that is revoked at one process is refused, and its streams end, at each within a second', async () => {
  for (let trial = 0; trial < 5; trial++) {
    const token = await newToken(trial)
    const kept = await newToken(trial)
    await endsEverywhere(token, async () => {
      assert.equal((await ask(trial, 'revoke', { token })).status, 200)
    })
    for (const at of callingEach()) assert(await isTaken(at, kept))
  }
})

test('what was issued to a client, or for a person, ends at each within a second', async () => {
  const { identity } = here.installation
  const own = await newToken(0)
  await endsEverywhere(own, () => identity.revoke(ops, { kind: 'client', name: planner }, by))
  await pause(1000)
  const about = { plane: ops, client: planner, user: 'alice', resource: resourceOf() }
  const alices = await mintOnBehalf(here.installation, about)
  const kept = await newToken(1)
  await endsEverywhere(alices, () => identity.revoke(ops, { kind: 'user', name: 'alice' }, by))
  for (const at of callingEach()) assert(await isTaken(at, kept))
})

test('a rotation that is forced under load: no token is refused, by any process, and the new key signs', async () => {
  const kids = new Set<string>()
  let calls = 0
  let isOver = false
  const load = Array.from({ length: 4 }, async (_, n) => {
    while (!isOver) {
      const token = await newToken(n)
      kids.add(kidOf(token))
      for (const at of callingEach()) {
        assert(await isTaken(at, token))
        calls++
      }
    }
  })
  const { code, stdout, stderr } = await processes.at(0).cli(['issuer', 'keyroll', 'ops', '--json'])
  assert.equal(code, 0, stderr)
  const { kid, signsFrom } = JSON.parse(stdout) as { kid: string; signsFrom: string }
  await Promise.race([...load, pause(Date.parse(signsFrom) - Date.now() + 1500)])
  isOver = true
  await Promise.all(load)
  assert.equal(kids.size, 2)
  assert(kids.has(kid))
  assert(calls > 50)
})

test('a key that may be in other hands: what it signed ends at each within a second', async () => {
  const token = await newToken(0)
  await endsEverywhere(token, () => here.installation.identity.rotate(ops, by, { atOnce: true }))
  const fresh = await newToken(1)
  assert.notEqual(kidOf(fresh), kidOf(token))
  for (const at of callingEach()) await until(() => isTaken(at, fresh))
})

test('an API key that is revoked at one process is refused, and its calls end, at each within a second', async () => {
  const cli = async (...args: string[]) => {
    const { code, stdout, stderr } = await processes.at(0).cli([...args, '--json'])
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout)
  }
  const lastDay = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10)
  const { key, id } = await cli('agent', 'key', 'planner', '--until', lastDay)
  const call = (origin: string, path: string) =>
    exchange(`${origin}/rest/ops/tickets${path}`, {
      method: 'GET',
      headers: { host: host(), authorization: `Bearer ${key}` },
    })
  const statusAt = async (origin: string) => (await call(origin, '/tickets')).status
  for (const origin of processes.origins())
    await until(async () => (await statusAt(origin)) === 200)
  tickets.reached.length = 0
  const begun = processes.origins().map((origin) => call(origin, '/slow'))
  await until(() => tickets.reached.length === 2)
  await cli('agent', 'revoke', 'planner', '--key', id, '--reason', 'left in a log')
  const second = startSecond()
  const from = performance.now()
  const took = await Promise.all([
    ...begun.map(async (answer) => {
      assert.equal((await answer).status, 403)
      return performance.now() - from
    }),
    ...processes.origins().map(async (origin) => {
      while ((await statusAt(origin)) !== 401) await pause(5)
      return performance.now() - from
    }),
  ])
  second.check(took)
})
