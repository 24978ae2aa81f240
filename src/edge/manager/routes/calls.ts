import { z } from 'zod'
import { Fault } from '#lib/fault.ts'
import { askCalls, countCalls } from '#manager/asking.ts'
import { why } from '#manager/calls.ts'
import { callCount, callPage } from '../answers.ts'
import { why as whyAnswer } from '../policy-answers.ts'
import { route } from '../route.ts'
import { planeHere, sightOf } from '../sight.ts'

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
      return { ...answer, entries }
    },
  ),
] as const
