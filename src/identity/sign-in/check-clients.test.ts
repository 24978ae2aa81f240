import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Proposed } from '#change/change.ts'
import { type AgentDocument, agentDocument } from '#domain/documents.ts'
import { planeId } from '#domain/name.ts'
import { sortedMap } from '#lib/sorted-map.ts'
import { checkSignInClients } from './check-clients.ts'

const plane = planeId('ops')
const redirects = ['https://desk.example/callback']
const workload = { issuer: 'cluster', subject: 'system:serviceaccount:desk:desk' }

const objectionsTo = async (said: object) => {
  const head = { apiVersion: 'bailiwick/v1', kind: 'Agent', plane, name: 'desk', owner: 'x' }
  const agent: AgentDocument = agentDocument.parse({ ...head, consumers: ['office'], ...said })
  const policy = { agents: sortedMap([['desk', agent]]) }
  const proposed = {
    after: { planes: new Map([[plane, policy]]) },
    documents: [{ plane, kind: 'Agent', name: 'desk' }],
  }
  return checkSignInClients(proposed as unknown as Proposed, async () => {})
}

test('people sign in through no program that could not trade its code, since only its workload authenticates', async () => {
  const [objection, ...others] = await objectionsTo({
    authenticate: workload,
    signIn: { redirects },
  })
  assert.equal(others.length, 0)
  assert.match(objection?.message ?? '', /add jwks or secret: true/)
  assert.deepEqual(objection?.at?.path, ['signIn', 'redirects'])
})

test('with a secret beside it, without any way to authenticate, or by programs that describe themselves they do', async () => {
  for (const said of [
    { authenticate: { ...workload, secret: true }, signIn: { redirects } },
    { signIn: { redirects } },
    { authenticate: workload, signIn: { teams: ['desk'] } },
    { authenticate: workload },
  ])
    assert.deepEqual(await objectionsTo(said), [])
})
