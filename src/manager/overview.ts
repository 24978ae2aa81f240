import { readAsk, readField, type WrittenAsk } from '#ledger/ask.ts'
import type { CallFilter } from '#ledger/filter.ts'
import type { Difference, FacetField, Facets, Histogram } from '#ledger/overview.ts'
import { Fault } from '#lib/fault.ts'
import { type Asking, everything, inEach, type Looked, type Sight } from './asking.ts'
import { type Desk, findPlane } from './desk.ts'

type About = Pick<Looked, 'plane' | 'unknown'>
export type CallHistogram = About & Histogram
export type CallFacets = About & Facets
export type CallDifference = About & Difference

export const steps = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '1d': 86_400_000,
}
export type Step = keyof typeof steps
const mostBars = 120
/** Bars finer than an hour are counted call by call. */
const longestFineMs = 31 * 86_400_000

type Overview = Omit<Asking, 'before'>

/** How many calls there were, step by step over the whole range. */
export const histogramOfCalls = (
  desk: Desk,
  { step, ...input }: Overview & { readonly step?: Step | undefined },
  sight: Sight = everything,
): Promise<CallHistogram[]> =>
  inEach(desk, input, sight, async (sought, about) => {
    const stepMs = stepOf(sought.filter, step, desk.clock.now())
    return { ...about, ...(await desk.installation.calls.histogram({ ...sought, stepMs })) }
  })

const stepOf = ({ since, until }: CallFilter, step: Step | undefined, now: number): number => {
  const lastsMs = Math.min(until ?? now, now) - (since ?? 0)
  if (step === undefined)
    return Object.values(steps).find((stepMs) => lastsMs / stepMs <= mostBars) ?? steps['1d']
  if (steps[step] >= steps['1h'] || lastsMs <= longestFineMs) return steps[step]
  throw new Fault('usage', {
    detail: `Bars of ${step} are for at most 31 days.`,
    fix: 'ask for --step 1h or 1d, or about a shorter time',
  })
}

/** What is counted where nobody says what. */
const usualFacets = ['capability', 'agent', 'consumer', 'result']

/** The most frequent values of fields, each with how many calls of the whole range have it. */
export const facetsOfCalls = (
  desk: Desk,
  {
    field = [],
    top,
    ...input
  }: Overview & { readonly field?: readonly string[] | undefined; readonly top: number },
  sight: Sight = everything,
): Promise<CallFacets[]> => {
  const fields = [...new Set(field.length === 0 ? usualFacets : field)].map(readFacet)
  return inEach(
    desk,
    input,
    sight,
    async (sought, about) => ({
      ...about,
      ...(await desk.installation.calls.facets({ ...sought, fields, most: top })),
    }),
    fields,
  )
}

const readFacet = (written: string): FacetField => {
  const field = readField(written)
  if (field !== 'name') return field
  throw new Fault('usage', { detail: 'Names are counted with their servers: by capability.' })
}

/** Which values those that are asked for have more of than the others of the same time, or of `against`. */
export const differenceOfCalls = (
  desk: Desk,
  {
    against,
    againstAny,
    againstSince,
    againstUntil,
    top,
    ...input
  }: Overview & {
    readonly against?: readonly string[] | undefined
    readonly againstAny?: readonly string[] | undefined
    readonly againstSince?: string | undefined
    readonly againstUntil?: string | undefined
    readonly top: number
  },
  sight: Sight = everything,
): Promise<CallDifference[]> => {
  const written: WrittenAsk = {
    where: against,
    any: againstAny,
    since: againstSince ?? input.since,
    until: againstUntil ?? input.until,
  }
  const base = readAsk(written, desk.clock.now())
  return inEach(desk, input, sight, async (sought, about, check) => {
    check(base)
    const told = await desk.installation.calls.difference({ ...sought, base, most: top })
    const plane = findPlane(desk.installation.change.current(), about.plane).policy
    if (sight.names(plane, 'rules.read')) return { ...about, ...told }
    return { ...about, ...told, values: told.values.filter(({ field }) => field !== 'rule') }
  })
}
