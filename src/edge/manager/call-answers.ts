import { z } from 'zod'
import { stations } from '#domain/decision.ts'
import { capabilityClasses } from '#domain/selector.ts'
import { stationStates } from '#manager/call-path.ts'
import { trafficOutcomes } from '#manager/traffic.ts'

const at = z.int().describe('UTC milliseconds.')

export const callRow = z.strictObject({
  plane: z.string(),
  call: z.string().describe('Empty for a count of equal refusals.'),
  at,
  position: z.int(),
  agent: z.string(),
  consumer: z.string(),
  user: z.string().optional().describe('On whose behalf, where that was somebody.'),
  apiKey: z.string().optional().describe('Id of the API key that it came by.'),
  method: z.string(),
  server: z.string(),
  kind: z.string(),
  name: z.string(),
  template: z.string().optional().describe('That a URI was read by.'),
  class: z.enum(capabilityClasses).optional().describe('Of what was called, where it had one.'),
  run: z.string().optional().describe('The flow that it belongs to.'),
  trace: z.string().optional().describe('The trace-id that its caller sent.'),
  indexed: z
    .record(z.string(), z.union([z.string(), z.null(), z.literal(true)]))
    .describe(
      'Arguments that were indexed then: what was given, or `hmac2:` and its keyed hash (`hmac:` in entries of earlier versions) where it is personal; null where nothing was, true where something that is not recorded was.',
    ),
  decision: z.enum(['permitted', 'denied', 'limited', 'held']),
  station: z.string(),
  because: z.string(),
  reason: z.string().optional().describe('In one word, where it was refused.'),
  rules: z.array(z.string()).describe('That refused it, where rules did.'),
  quota: z.string().optional().describe('That refused it, where one did.'),
  grant: z.string().optional().describe('That permitted it.'),
  outcome: z
    .strictObject({
      status: z.string(),
      code: z.string(),
      ms: z.number(),
      resultBytes: z.int(),
    })
    .optional(),
  count: z.int(),
  path: z
    .array(
      z.strictObject({
        station: z.enum(stations),
        state: z.enum(stationStates),
        ms: z.number().optional(),
        note: z.string().optional(),
      }),
    )
    .describe('The six stations in their order, each with what became of the call there.'),
})

/** What a look at a ledger leaves to say beside what it found. */
const looked = {
  next: z
    .string()
    .optional()
    .describe('The `after` to go on with; absent where everything has been looked at.'),
  unnamed: z
    .int()
    .describe(
      'Refusals of floods that were counted without saying whose they were: not among these.',
    ),
  unknown: z
    .array(z.strictObject({ field: z.string(), value: z.string(), meant: z.string() }))
    .describe('What was asked for by a name that does not stand in the plane now.'),
}
export const callPage = z.strictObject({ items: z.array(callRow), ...looked })
export const callCount = z.strictObject({ count: z.int(), ...looked })

const overviewed = {
  total: z.int().describe('Calls of the whole range.'),
  behind: z
    .int()
    .describe('Newer entries, too many to be read for it, of which nothing is in the answer.'),
  unknown: looked.unknown,
}
export const callHistogram = z.strictObject({
  stepMs: z.int().describe('The width of a bar; it begins at a multiple of it in UTC.'),
  bars: z
    .array(
      z.strictObject({
        at,
        count: z.int(),
        decisions: z.strictObject({
          permitted: z.int(),
          denied: z.int(),
          limited: z.int(),
          held: z.int(),
        }),
      }),
    )
    .describe('In order of time, without empty ones.'),
  ...overviewed,
})
export const callFacets = z.strictObject({
  facets: z.array(
    z.strictObject({
      field: z.string(),
      values: z.array(z.strictObject({ value: z.string(), count: z.int(), first: at, last: at })),
      others: z.int().describe('Calls with another value than those.'),
    }),
  ),
  ...overviewed,
})
export const callDifference = z.strictObject({
  rest: z.int().describe('Calls that they are held against.'),
  values: z.array(
    z.strictObject({
      field: z.string(),
      value: z.string(),
      count: z.int(),
      share: z.number().describe('Of the calls that were asked for, from 0 to 1.'),
      restShare: z.number().describe('Of the rest.'),
    }),
  ),
  ...overviewed,
})

export const summedPath = z.strictObject({
  arrived: z.int().describe('With those that were turned away because nothing could be recorded.'),
  recorded: z.int().describe('Of which the end stands in the ledger; refused ones as well.'),
  underWay: z.int().describe('Of which it does not yet.'),
  stations: z.array(
    z.strictObject({
      station: z.enum(stations),
      passed: z.int(),
      stopped: z.array(z.strictObject({ state: z.enum(stationStates), count: z.int() })),
    }),
  ),
  gaps: z
    .array(z.strictObject({ position: z.int(), from: at, to: at, refused: z.int() }))
    .describe(
      'When calls were turned away because nothing could be recorded: of the newest 50,000 entries, for who may read the plane’s status, where all calls are asked for.',
    ),
  behind: overviewed.behind,
  unknown: looked.unknown,
})
export const callTraffic = z.strictObject({
  values: z.array(
    z.strictObject({
      value: z.string(),
      count: z.int(),
      outcomes: z.strictObject(
        Object.fromEntries(trafficOutcomes.map((one) => [one, z.int()])) as Record<
          (typeof trafficOutcomes)[number],
          z.ZodInt
        >,
      ),
    }),
  ),
  others: z.int().describe('Calls with another value than those, or with none.'),
  ...overviewed,
})
