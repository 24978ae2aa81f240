import { z } from 'zod'
import type { PlanePolicy } from '#change/change.ts'
import { capabilityKinds } from '#domain/capability.ts'
import { planeId } from '#domain/name.ts'
import type { CallRecord } from '#ledger/ledger.ts'
import { Fault } from '#lib/fault.ts'
import { namedItem, ownedItem } from '#manager/access.ts'
import { askCalls, countCalls, type Sight } from '#manager/asking.ts'
import { can, why } from '#manager/calls.ts'
import { erase } from '#manager/erasing.ts'
import { readRecorded } from '#manager/recorded.ts'
import { aboutOf } from '../about.ts'
import { callCount, callPage, can as canAnswer, why as whyAnswer } from '../answers.ts'
import { erased as erasedAnswer, recorded as recordedAnswer } from '../recorded-answers.ts'
import { type Asked, route } from '../route.ts'

const written = z.string().min(1).max(2048)

/** As `ledger/ask.ts` reads it: the same words as the options of `bailiwick calls`. */
const asked = {
  agent: written.optional().describe('AGENT or AGENT@CONSUMER.'),
  consumer: written.optional(),
  user: written.optional(),
  server: written.optional(),
  capability: z.array(written).optional().describe('SERVER/NAME; any of several.'),
  result: z.array(written).optional().describe('Any of several, such as complete or denied.'),
  since: written.optional().describe('An instant, or how long ago: 2h, 7d.'),
  until: written.optional().describe('The same; not included.'),
  where: z
    .array(written)
    .optional()
    .describe('FIELD=VALUE or FIELD!=VALUE, arg.NAME for an indexed argument; all of several.'),
  after: z
    .string()
    .regex(/^[1-9][0-9]{0,14}$/)
    .optional()
    .describe('The `next` of the page before.'),
}
const callsQuery = z.strictObject({
  ...asked,
  limit: z.coerce.number().int().min(1).max(500).default(50),
})

/** Who may read a call: those over its server, and those over the agent that made it. */
const sightOf = (
  { access }: Pick<Asked<unknown, unknown>, 'access'>,
  needs: 'calls.read' | 'arguments.read' = 'calls.read',
): Sight => {
  const server: Sight['server'] = (plane, name) =>
    access.sees(needs, plane.plane.name, namedItem(plane, name))
  return {
    server,
    call: (plane, record) =>
      server(plane, record.server) ||
      access.sees(needs, plane.plane.name, ownedItem(plane.agents.get(record.agent)?.owner)),
    names: (plane, needs) => access.sees(needs, plane.plane.name),
  }
}

const planeHere = ({ desk, path }: Asked<{ readonly plane: string }, unknown>): PlanePolicy => {
  const plane = desk.installation.change.current().planes.get(planeId(path.plane))
  if (!plane) throw new Fault('not_found')
  return plane
}

/** One plane was asked about, and so one answer there is. */
const pageOf = <T extends { readonly next: number | undefined }>([answer]: readonly (T & {
  readonly plane: string
})[]) => {
  if (!answer) throw new Fault('not_found')
  const { plane: _, next, ...rest } = answer
  return { ...rest, ...(next !== undefined && { next: String(next) }) }
}

const before = (after: string | undefined): number | undefined =>
  after === undefined ? undefined : Number(after)

export const callRoutes = [
  route(
    'GET',
    '/planes/{plane}/calls',
    {
      needs: 'calls.read',
      of: 'items',
      says: 'Calls that you may read, newest first. A page may be short of `limit` and have a `next`: a bounded part of the ledger is looked at for each.',
      query: callsQuery,
      answer: callPage,
    },
    async (asked) => {
      const { after, limit, ...ask } = asked.query
      const { plane } = planeHere(asked)
      const input = { ...ask, plane: plane.name, before: before(after), most: limit }
      return pageOf(await askCalls(asked.desk, input, sightOf(asked)))
    },
  ),
  route(
    'GET',
    '/planes/{plane}/calls/count',
    {
      needs: 'calls.read',
      of: 'items',
      says: 'How many calls that you may read there are. Where there is a `next` it has counted those down to there, and the rest is counted with it.',
      query: z.strictObject(asked),
      answer: callCount,
    },
    async (asked) => {
      const { after, ...ask } = asked.query
      const { plane } = planeHere(asked)
      const input = { ...ask, plane: plane.name, before: before(after) }
      return pageOf(await countCalls(asked.desk, input, sightOf(asked)))
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
      if (!sightOf(asked).call(planeHere(asked), answer.record))
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
    '/planes/{plane}/calls/{call}/recorded',
    {
      needs: 'arguments.read',
      of: 'items',
      says: 'Arguments and result of one call, as far as they are recorded. That they were read is an entry, durable before the answer.',
      query: z.strictObject({
        reason: z.string().max(500).optional().describe('Why; it stands in the ledger.'),
      }),
      answer: recordedAnswer,
    },
    (asked) => {
      const { plane, call } = asked.path
      const sight = sightOf(asked, 'arguments.read')
      const sees = (record: CallRecord) => sight.call(planeHere(asked), record)
      return readRecorded(asked.desk, { plane, call, reason: asked.query.reason }, sees)
    },
  ),
  route(
    'POST',
    '/planes/{plane}/erase',
    {
      needs: 'payloads.erase',
      takes: 'reason and key',
      says: 'Destroys the keys of what is recorded of a user, or of an agent that acted on nobody’s behalf. Proofs hold; there is no way back.',
      body: z.strictObject({
        user: written.optional().describe('As tokens name them, letter by letter.'),
        agent: written.optional().describe('AGENT@CONSUMER.'),
        before: z
          .string()
          .regex(/^[0-9]{4}-(0[1-9]|1[0-2])$/)
          .optional()
          .describe('A UTC month: only what is of months before it.'),
        reason: z.string().min(1).max(500),
        dryRun: z.boolean().optional().describe('Tells what would go, and destroys nothing.'),
      }),
      answer: erasedAnswer,
    },
    (asked) => {
      const desk = { ...asked.desk, ...aboutOf(asked, asked.body.reason) }
      return erase(desk, { ...asked.body, plane: asked.path.plane })
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
