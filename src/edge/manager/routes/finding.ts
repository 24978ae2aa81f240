import { z } from 'zod'
import { pathOf } from '#manager/call-path.ts'
import { findable, findPerson, giveFindKey } from '#manager/finding.ts'
import { callRow } from '../call-answers.ts'
import { route } from '../route.ts'
import { sightOf } from '../sight.ts'

const reason = z.string().max(500).optional().describe('Why; it stands in the ledger.')
const written = z.string().min(1).max(2048)
/** What a person is shown; the rest is counted. */
const mostNamed = 20
const capabilities = z.array(z.string()).describe('The first of them, SERVER/NAME.')

export const findingRoutes = [
  route(
    'GET',
    '/planes/{plane}/find',
    {
      needs: 'persons.find',
      of: 'items',
      says: 'By which arguments persons can be found: those of which entries hold hashes.',
      answer: z.strictObject({
        arguments: z.array(
          z.strictObject({
            argument: z.string(),
            capabilities,
            count: z.int().describe('Capabilities that are recorded with a hash of it.'),
            others: capabilities,
            otherCount: z
              .int()
              .describe(
                'Capabilities that take one of that name, of which entries say nothing, or what was given: nobody is found in their calls.',
              ),
          }),
        ),
      }),
    },
    (asked) => ({
      arguments: findable(
        asked.desk,
        asked.path,
        sightOf(asked, ['calls.read', 'persons.find']),
      ).map(({ argument, capabilities, others }) => ({
        argument,
        capabilities: capabilities.slice(0, mostNamed),
        count: capabilities.length,
        others: others.slice(0, mostNamed),
        otherCount: others.length,
      })),
    }),
  ),
  route(
    'POST',
    '/planes/{plane}/find/key',
    {
      needs: 'persons.find',
      of: 'items',
      says: 'The key by which a page hashes whom somebody looks for, so that the server is not told whom. That it was given is an entry, durable before the answer.',
      body: z.strictObject({ reason }),
      answer: z.strictObject({ key: z.string().describe('32 bytes, hex.') }),
    },
    ({ desk, path, body }) => giveFindKey(desk, { ...body, ...path }),
  ),
  route(
    'POST',
    '/planes/{plane}/find',
    {
      needs: 'persons.find',
      of: 'items',
      says: 'The calls about a person that you may read, newest first, by a hash that the caller makes with the key. That somebody looked is an entry, durable before the answer. Calls of a subject that was erased are not found.',
      body: z.strictObject({
        argument: z.string().min(1).max(256),
        hash: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .describe(
            'HMAC-SHA-256 by the key, of the argument’s name, a zero byte and the text; hex.',
          ),
        since: written.optional().describe('An instant, or how long ago: 2h, 7d.'),
        until: written.optional().describe('The same; not included.'),
        reason,
        after: z
          .string()
          .regex(/^[1-9][0-9]{0,14}$/)
          .optional()
          .describe('The `next` of the page before.'),
        limit: z.int().min(1).max(500).default(100),
      }),
      answer: z.strictObject({
        items: z.array(callRow),
        next: z.string().optional().describe('The `after` to go on with; absent at the end.'),
        unnamed: z
          .int()
          .describe('Refusals of floods that were counted without saying whose they were.'),
        cutAt: z
          .int()
          .optional()
          .describe(
            'Calls before it were not looked at, for there are too many keys; ask with it as `until`. UTC milliseconds.',
          ),
      }),
    },
    async (asked) => {
      const { after, limit, ...input } = asked.body
      const before = after === undefined ? undefined : Number(after)
      const { items, next, ...rest } = await findPerson(
        asked.desk,
        { ...input, ...asked.path, before, most: limit },
        sightOf(asked, ['calls.read', 'persons.find']),
      )
      return {
        ...rest,
        items: items.map((one) => ({ ...one, path: pathOf(one) })),
        ...(next !== undefined && { next: String(next) }),
      }
    },
  ),
] as const
