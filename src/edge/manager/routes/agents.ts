import { z } from 'zod'
import { planeId } from '#domain/name.ts'
import type { Permission } from '#domain/roles.ts'
import { Fault } from '#lib/fault.ts'
import { ownedItem } from '#manager/access.ts'
import { listAgents, newAgentSecret } from '#manager/agents.ts'
import { listCredentials, removeCredential, setCredential } from '#manager/credentials.ts'
import { aboutOf } from '../about.ts'
import { agentRow, credentialRow, pageOf, pageQuery } from '../answers.ts'
import { pageOfNamed } from '../page.ts'
import { type Asked, route } from '../route.ts'

type Named = Asked<{ readonly plane: string; readonly name: string }, unknown, unknown>

const planeOf = ({ desk, path }: Asked<{ readonly plane: string }, unknown, unknown>) =>
  desk.installation.change.current().planes.get(planeId(path.plane))

/** Throws where there is no such agent or credential, or where it is not this person's to decide about. */
const checkOwned = (asked: Named, kind: 'agents' | 'credentials', needs: Permission): void => {
  const { plane, name } = asked.path
  const found = planeOf(asked)?.[kind].get(name)
  if (!found) {
    const detail = `There is no ${kind.slice(0, -1)} "${name}" in plane ${plane}.`
    throw new Fault('unknown_name', { detail })
  }
  asked.access.check(needs, plane, ownedItem(found.owner))
}

export const agentRoutes = [
  route(
    'GET',
    '/planes/{plane}/status/agents',
    {
      needs: 'agents.read',
      says: 'Agents, whom they act for, and how they authenticate.',
      query: pageQuery,
      answer: pageOf(agentRow),
    },
    ({ desk, path, query }) => {
      const rows = listAgents(desk, { plane: path.plane })
      return pageOfNamed(rows, ({ agent }) => agent, query)
    },
  ),
  route(
    'POST',
    '/planes/{plane}/agents/{name}/secret',
    {
      takes: 'reason',
      needs: 'agents.secret',
      of: 'items',
      says: 'A new client secret of an agent, shown this once; the one before it is void.',
      body: z.strictObject({
        consumer: z.string().max(24).optional().describe('Where the agent has several.'),
      }),
      answer: z.strictObject({
        plane: z.string(),
        client: z.string(),
        secret: z.string(),
        issuer: z.string(),
      }),
      status: 201,
    },
    (asked) => {
      checkOwned(asked, 'agents', 'agents.secret')
      const { plane, name } = asked.path
      const { consumer } = asked.body
      const client = consumer === undefined ? name : `${name}@${consumer}`
      return newAgentSecret({ ...asked.desk, ...aboutOf(asked) }, { plane, client })
    },
  ),
  route(
    'GET',
    '/planes/{plane}/status/credentials',
    {
      needs: 'credentials.read',
      of: 'items',
      says: 'Credentials that you may read: their versions and who they are lent to; never a secret.',
      query: pageQuery,
      answer: pageOf(credentialRow),
    },
    ({ desk, path, query, access }) => {
      const rows = listCredentials(desk, { plane: path.plane }).filter(({ owner }) =>
        access.sees('credentials.read', path.plane, ownedItem(owner)),
      )
      return pageOfNamed(rows, ({ credential }) => credential, query)
    },
  ),
  route(
    'PUT',
    '/planes/{plane}/credentials/{name}/secret',
    {
      takes: 'reason',
      needs: 'secrets.write',
      of: 'items',
      says: 'Puts a new version of a secret into the vault. No answer ever holds one.',
      body: z.strictObject({ secret: z.base64().max(100_000).describe('Base64, at most 64 KiB.') }),
      answer: z.strictObject({ plane: z.string(), credential: z.string(), version: z.int() }),
    },
    (asked) => {
      checkOwned(asked, 'credentials', 'secrets.write')
      const { plane, name } = asked.path
      const { secret } = asked.body
      return setCredential(
        { ...asked.desk, ...aboutOf(asked) },
        { plane, credential: name, secret },
      )
    },
  ),
  route(
    'DELETE',
    '/planes/{plane}/credentials/{name}/secret',
    {
      takes: 'reason',
      needs: 'secrets.write',
      of: 'items',
      says: 'Takes every version of a secret out of the vault.',
      answer: z.strictObject({
        plane: z.string(),
        credential: z.string(),
        servers: z.array(z.string()),
      }),
    },
    (asked) => {
      checkOwned(asked, 'credentials', 'secrets.write')
      const { plane, name } = asked.path
      return removeCredential({ ...asked.desk, ...aboutOf(asked) }, { plane, credential: name })
    },
  ),
] as const
