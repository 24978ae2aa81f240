import type { Ask } from '../../api/client.ts'
import type { ItemAnswer } from './classes.ts'

export const grantPath = '/api/v1/planes/{plane}/grants/{name}'
export type Grant = NonNullable<Ask<'put', typeof grantPath>['body']>

/** What is usually granted of an item: by class, so that what a person classes later is among it. */
export const presets = ['read', 'write'] as const
export type Preset = (typeof presets)[number]

const classesOf = { read: ['read'], write: ['read', 'write'] } as const

interface Chosen {
  readonly agent: string
  readonly consumer: string
  readonly preset: Preset
  /** A day; empty for no end. */
  readonly until: string
  /** That it is made on: what makes its name one that nobody has. */
  readonly revision: number
}

/** The grant as a document; its reason is said when it is made. */
export const presetGrant = (
  { plane, server, kind }: Pick<ItemAnswer, 'plane' | 'server' | 'kind'>,
  { agent, consumer, preset, until, revision }: Chosen,
): Grant => {
  const item = kind === 'API' ? { api: server } : { server }
  return {
    apiVersion: 'bailiwick/v1',
    kind: 'Grant',
    plane,
    name: nameFor(agent, revision),
    agent,
    consumer,
    allow: classesOf[preset].map((one) => ({ ...item, class: one })),
    reason: 'to be said',
    ...(until !== '' && { until }),
  } as Grant
}

const longestName = 24

const nameFor = (agent: string, revision: number): string => {
  const end = `-r${revision}`
  return `${agent.slice(0, longestName - end.length).replace(/-+$/, '')}${end}`
}

/** The day on which three months from now end: a grant that nobody looks at again ends by itself. */
export const quarterFrom = (now: number): string =>
  new Date(now + 90 * 86_400_000).toISOString().slice(0, 10)
