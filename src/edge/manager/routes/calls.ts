import { z } from 'zod'
import type { PlanePolicy } from '#change/change.ts'
import { capabilityKinds } from '#domain/capability.ts'
import { planeId } from '#domain/name.ts'
import type { CallRecord } from '#ledger/ledger.ts'
import { Fault } from '#lib/fault.ts'
import { ownedItem, serverItem } from '#manager/access.ts'
import { can, why } from '#manager/calls.ts'
import { callRow, can as canAnswer, pageOf, why as whyAnswer } from '../answers.ts'
import { type Asked, route } from '../route.ts'

const written = z.string().min(1).max(2048)

const callsQuery = z.strictObject({
  agent: z.string().max(24).optional(),
  after: z
    .string()
    .regex(/^[1-9][0-9]{0,14}$/)
    .optional()
    .describe('The `next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
})

/** What is looked at for one page: calls of others are read over, not for ever. */
const reach = 5000
const atOnce = 500

/** Who may read a call: those over its server, and those over the agent that made it. */
const sees = (
  { access }: Asked<unknown, unknown>,
  plane: PlanePolicy,
  { server, agent }: CallRecord,
): boolean =>
  access.sees('calls.read', plane.plane.name, serverItem(plane, server)) ||
  access.sees('calls.read', plane.plane.name, ownedItem(plane.agents.get(agent)?.owner))

const planeHere = ({ desk, path }: Asked<{ readonly plane: string }, unknown>): PlanePolicy => {
  const plane = desk.installation.change.current().planes.get(planeId(path.plane))
  if (!plane) throw new Fault('not_found')
  return plane
}

export const callRoutes = [
  route(
    'GET',
    '/planes/{plane}/calls',
    {
      needs: 'calls.read',
      of: 'items',
      says: 'Calls that you may read, newest first. A page may be short of `limit` and have a `next`: then there was much of others to read over.',
      query: callsQuery,
      answer: pageOf(callRow),
    },
    async (asked) => {
      const { agent, after, limit } = asked.query
      const plane = planeHere(asked)
      const { calls } = asked.desk.installation
      const items: (CallRecord & { plane: string })[] = []
      let before = after === undefined ? undefined : Number(after)
      for (let looked = 0; looked < reach; looked += atOnce) {
        const about = { plane: planeId(asked.path.plane), most: atOnce, ...(agent && { agent }) }
        const rows = await calls.list({ ...about, ...(before !== undefined && { before }) })
        for (const row of rows) {
          before = row.position
          if (sees(asked, plane, row)) items.push({ ...row, plane: asked.path.plane })
          if (items.length === limit) return { items, next: String(before) }
        }
        if (rows.length < atOnce) return { items }
      }
      return { items, ...(before !== undefined && { next: String(before) }) }
    },
  ),
  route(
    'GET',
    '/planes/{plane}/calls/{call}',
    {
      needs: 'calls.read',
      of: 'items',
      says: 'One call: its entries, and what it would meet now. The beginning of an id is enough.',
      answer: whyAnswer,
    },
    async (asked) => {
      const { plane, call } = asked.path
      const answer = await why(asked.desk, { plane, call })
      if (!sees(asked, planeHere(asked), answer.record))
        throw new Fault('not_permitted', { detail: 'This call is about items of others.' })
      const entries = answer.entries.map(({ position, entry }) => ({
        position,
        entry: { ...entry },
      }))
      return { ...answer, entries }
    },
  ),
  route(
    'GET',
    '/planes/{plane}/can',
    {
      needs: 'calls.explain',
      says: 'Whether an agent may use a capability, why, and what would change it.',
      query: z.strictObject({
        client: written.describe('AGENT or AGENT@CONSUMER.'),
        server: written,
        kind: z.enum(capabilityKinds).default('tool'),
        name: written,
      }),
      answer: canAnswer,
    },
    ({ desk, path, query }) => can(desk, { plane: path.plane, ...query }),
  ),
] as const
