import { z } from 'zod'
import type { CallRecord } from '#ledger/ledger.ts'
import { seriesFields } from '#ledger/overview.ts'
import { Fault } from '#lib/fault.ts'
import { namedItem, ownedItem } from '#manager/access.ts'
import { askCalls, countCalls } from '#manager/asking.ts'
import { pathOf } from '#manager/call-path.ts'
import { why } from '#manager/calls.ts'
import { erase } from '#manager/erasing.ts'
import {
  differenceOfCalls,
  facetsOfCalls,
  histogramOfCalls,
  type Step,
  steps,
} from '#manager/overview.ts'
import { readRecorded } from '#manager/recorded.ts'
import { summedPathOf, trafficOf } from '#manager/traffic.ts'
import { aboutOf } from '../about.ts'
import {
  callCount,
  callDifference,
  callFacets,
  callHistogram,
  callPage,
  callTraffic,
  summedPath,
} from '../call-answers.ts'
import { why as whyAnswer } from '../policy-answers.ts'
import { erased as erasedAnswer, recorded as recordedAnswer } from '../recorded-answers.ts'
import { type Asked, route } from '../route.ts'
import { planeHere, sightOf } from '../sight.ts'

const written = z.string().min(1).max(2048)
const top = z.coerce.number().int().min(1).max(100).default(10)

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
  any: z
    .array(written)
    .optional()
    .describe('FIELD=VALUE; any of those of one field, and so for each of the fields.'),
  after: z
    .string()
    .regex(/^[1-9][0-9]{0,14}$/)
    .optional()
    .describe('The `next` of the page before.'),
}
const { after: _, ...overview } = asked
const callsQuery = z.strictObject({
  ...asked,
  limit: z.coerce.number().int().min(1).max(500).default(50),
})

/** Those over its server, and those over the agent that made it. */
const mayRead = (
  asked: Asked<{ readonly plane: string }, unknown>,
  record: CallRecord,
): boolean => {
  const plane = planeHere(asked)
  const items = [namedItem(plane, record.server), ownedItem(plane.agents.get(record.agent)?.owner)]
  return items.some((item) => asked.access.sees('arguments.read', plane.plane.name, item))
}

/** One plane was asked about, and so one answer there is. */
const pageOf = <T extends { readonly next: number | undefined }>([answer]: readonly (T & {
  readonly plane: string
})[]) => {
  if (!answer) throw new Fault('not_found')
  const { plane: _, next, ...rest } = answer
  return { ...rest, ...(next !== undefined && { next: String(next) }) }
}

const overviewOf = <T>([answer]: readonly (T & { readonly plane: string })[]) => {
  if (!answer) throw new Fault('not_found')
  const { plane: _, ...rest } = answer
  return rest
}

const withPath = <T extends CallRecord>(record: T) => ({ ...record, path: pathOf(record) })

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
      const page = pageOf(await askCalls(asked.desk, input, sightOf(asked)))
      return { ...page, items: page.items.map(withPath) }
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
    '/planes/{plane}/calls/histogram',
    {
      needs: 'calls.read',
      of: 'items',
      says: 'How many calls that you may read there were, step by step over the whole range.',
      query: z.strictObject({
        ...overview,
        step: z
          .enum(Object.keys(steps) as [Step, ...Step[]])
          .optional()
          .describe('The width of a bar; by the length of the range where nothing is said.'),
      }),
      answer: callHistogram,
    },
    async (asked) => {
      const input = { ...asked.query, plane: planeHere(asked).plane.name }
      return overviewOf(await histogramOfCalls(asked.desk, input, sightOf(asked)))
    },
  ),
  route(
    'GET',
    '/planes/{plane}/calls/facets',
    {
      needs: 'calls.read',
      of: 'items',
      says: 'The most frequent values of fields, each with how many calls of the whole range that you may read have it.',
      query: z.strictObject({
        ...overview,
        field: z.array(written).optional().describe('Any that `where` takes but name; several.'),
        top: top.describe('Values of each.'),
      }),
      answer: callFacets,
    },
    async (asked) => {
      const input = { ...asked.query, plane: planeHere(asked).plane.name }
      return overviewOf(await facetsOfCalls(asked.desk, input, sightOf(asked)))
    },
  ),
  route(
    'GET',
    '/planes/{plane}/calls/difference',
    {
      needs: 'calls.read',
      of: 'items',
      says: 'Which values the calls that are asked for have more of than the others that you may read.',
      query: z.strictObject({
        ...overview,
        against: z
          .array(written)
          .optional()
          .describe(
            'As `where`: the calls that they are compared within; all of them where nothing is said.',
          ),
        againstAny: z.array(written).optional().describe('As `any`: the same.'),
        againstSince: written.optional().describe('As `since`, which it is where nothing is said.'),
        againstUntil: written.optional().describe('As `until`, which it is where nothing is said.'),
        top,
      }),
      answer: callDifference,
    },
    async (asked) => {
      const input = { ...asked.query, plane: planeHere(asked).plane.name }
      return overviewOf(await differenceOfCalls(asked.desk, input, sightOf(asked)))
    },
  ),
  route(
    'GET',
    '/planes/{plane}/calls/path',
    {
      needs: 'calls.read',
      of: 'items',
      says: 'The way of all calls that you may read together: how many came past each station, how many ended there and how, and whether all that arrived are recorded.',
      query: z.strictObject(overview),
      answer: summedPath,
    },
    async (asked) => {
      const input = { ...asked.query, plane: planeHere(asked).plane.name }
      return overviewOf(await summedPathOf(asked.desk, input, sightOf(asked)))
    },
  ),
  route(
    'GET',
    '/planes/{plane}/calls/traffic',
    {
      needs: 'calls.read',
      of: 'items',
      says: 'What became of the calls of the most frequent values of a field, of those that you may read.',
      query: z.strictObject({ ...overview, by: z.enum(seriesFields).default('capability'), top }),
      answer: callTraffic,
    },
    async (asked) => {
      const input = { ...asked.query, plane: planeHere(asked).plane.name }
      return overviewOf(await trafficOf(asked.desk, input, sightOf(asked)))
    },
  ),
  route(
    'GET',
    '/planes/{plane}/calls/{call}',
    {
      needs: 'calls.read',
      of: 'items',
      says: 'One call: its entries, and what it would meet now. The beginning of an id is enough. Rules stand there for who may read them.',
      query: z.strictObject({
        atItsTime: z
          .enum(['true', 'false'])
          .optional()
          .describe('Whether to say what it met by the policy of its own time.'),
      }),
      answer: whyAnswer,
    },
    async (asked) => {
      const atItsTime = asked.query.atItsTime === 'true'
      const answer = await why(asked.desk, { ...asked.path, atItsTime }, sightOf(asked))
      const entries = answer.entries.map(({ position, entry }) => ({
        position,
        entry: { ...entry },
      }))
      return { ...answer, record: withPath(answer.record), entries }
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
      const sees = (record: CallRecord) => mayRead(asked, record)
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
] as const
