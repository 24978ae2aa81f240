import { z } from 'zod'
import { apiKeyAsked } from '#domain/api-key.ts'
import { planeId } from '#domain/name.ts'
import type { Permission } from '#domain/roles.ts'
import { Fault } from '#lib/fault.ts'
import { ownedItem } from '#manager/access.ts'
import { listApiKeys, newApiKey, revokeApiKey } from '#manager/api-keys.ts'
import { revokeTokens, rollIssuerKey } from '#manager/tokens.ts'
import { aboutOf } from '../about.ts'
import { apiKeyInfo, pageOf, pageQuery } from '../answers.ts'
import { pageOfNamed } from '../page.ts'
import { type Asked, route } from '../route.ts'

type Named = Asked<{ readonly plane: string; readonly name: string }, unknown, unknown>

/** The client that is meant, where its agent is this person's to decide about. */
const clientOf = (
  { desk, access, path: { plane, name } }: Named,
  needs: Permission,
  consumer: string | undefined,
): { plane: string; client: string } => {
  const agent = desk.installation.change.current().planes.get(planeId(plane))?.agents.get(name)
  if (!agent)
    throw new Fault('unknown_name', { detail: `There is no agent "${name}" in plane ${plane}.` })
  access.check(needs, plane, ownedItem(agent.owner))
  return { plane, client: consumer === undefined ? name : `${name}@${consumer}` }
}

const consumer = z.string().max(24).optional().describe('Where the agent has several.')
const reason = z.string().min(1).max(500)
const revoked = z.strictObject({
  plane: z.string(),
  kind: z.enum(['client', 'user']),
  name: z.string(),
  revision: z.int(),
})

/** What agents prove themselves by is made and ended here. */
export const tokenRoutes = [
  route(
    'GET',
    '/planes/{plane}/api-keys',
    {
      needs: 'agents.read',
      says: 'API keys of a plane, by id; those that ended or were revoked too, for ninety days. Never a key itself.',
      query: pageQuery.extend({
        client: z.string().max(60).optional().describe('AGENT or AGENT@CONSUMER.'),
      }),
      answer: pageOf(apiKeyInfo),
    },
    async ({ desk, path, query }) => {
      const rows = await listApiKeys(desk, { plane: path.plane, client: query.client })
      return pageOfNamed(rows, ({ id }) => id, query)
    },
  ),
  route(
    'POST',
    '/planes/{plane}/agents/{name}/keys',
    {
      takes: 'reason',
      needs: 'agents.secret',
      of: 'items',
      says: 'A new API key of an agent, shown this once: a bearer token for the REST APIs of the plane until its end.',
      body: z.strictObject({ consumer, ...apiKeyAsked, reason: reason.optional() }),
      answer: apiKeyInfo.extend({ key: z.string().describe('Shown this once.') }),
      status: 201,
    },
    (asked) => {
      const { consumer, reason, ...about } = asked.body
      const client = clientOf(asked, 'agents.secret', consumer)
      return newApiKey({ ...asked.desk, ...aboutOf(asked, reason) }, { ...client, ...about })
    },
  ),
  route(
    'POST',
    '/planes/{plane}/agents/{name}/keys/revoke',
    {
      takes: 'reason and key',
      needs: 'agents.revoke',
      of: 'items',
      says: 'Ends one API key: it is taken no longer, and what came by it and is under way ends.',
      body: z.strictObject({ consumer, id: z.string().max(40).describe('Of the key.'), reason }),
      answer: apiKeyInfo,
    },
    (asked) => {
      const { consumer, id, reason } = asked.body
      const client = clientOf(asked, 'agents.revoke', consumer)
      const desk = { ...asked.desk, ...aboutOf(asked, reason) }
      return revokeApiKey(desk, { ...client, id, reason })
    },
  ),
  route(
    'POST',
    '/planes/{plane}/agents/{name}/revoke',
    {
      takes: 'reason and key',
      needs: 'agents.revoke',
      of: 'items',
      says: 'Ends every token and API key that an agent has now, and the sign-ins that brought them; it may get new ones.',
      body: z.strictObject({ consumer, reason }),
      answer: revoked,
    },
    (asked) => {
      const { consumer, reason } = asked.body
      const { plane, client: name } = clientOf(asked, 'agents.revoke', consumer)
      const desk = { ...asked.desk, ...aboutOf(asked, reason) }
      return revokeTokens(desk, { plane, kind: 'client', name, reason })
    },
  ),
  // A user's name may hold slashes, which no proxy leaves alone in an address.
  route(
    'POST',
    '/planes/{plane}/users/revoke',
    {
      takes: 'reason and key',
      needs: 'users.revoke',
      says: 'Ends every token that any agent has on behalf of a user now, who need not be known.',
      body: z.strictObject({
        user: z.string().min(1).max(255).describe('As tokens name them, letter by letter.'),
        reason,
      }),
      answer: revoked,
    },
    (asked) => {
      const { user, reason } = asked.body
      const desk = { ...asked.desk, ...aboutOf(asked, reason) }
      const { plane } = asked.path
      return revokeTokens(desk, { plane, kind: 'user', name: user, reason })
    },
  ),
  route(
    'POST',
    '/planes/{plane}/issuer/key',
    {
      takes: 'reason',
      needs: 'planes.write',
      says: 'Makes the next key that signs a plane’s tokens, which is served before it signs; with `atOnce` nothing that was signed before is taken any more.',
      body: z.strictObject({
        atOnce: z.boolean().default(false).describe('The key may be in other hands.'),
      }),
      answer: z.strictObject({
        plane: z.string(),
        kid: z.string(),
        signsFrom: z.iso.datetime().describe('From when on it signs.'),
      }),
    },
    (asked) => {
      const { plane } = asked.path
      const desk = { ...asked.desk, ...aboutOf(asked) }
      return rollIssuerKey(desk, { plane, atOnce: asked.body.atOnce })
    },
  ),
] as const
