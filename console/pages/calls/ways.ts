import type { Ask } from '../../api/client.ts'
import { kindOf, type Story } from './story.ts'

export const grantPath = '/api/v1/planes/{plane}/grants/{name}'
type Grant = NonNullable<Ask<'put', typeof grantPath>['body']>

/** A change that would permit the call: how it is told, and the document. It never selects everything. */
export interface Way {
  readonly id: 'one' | 'class'
  readonly name: string
  readonly document: Grant
}

const membersOf = {
  tool: 'tools',
  prompt: 'prompts',
  resource: 'resources',
  template: 'resources',
  operation: 'operations',
} as const

/** What the evaluator says would change the answer: a Grant, commands, or nothing that it knows. */
export const isGrant = (wouldChange: string | undefined): wouldChange is string =>
  wouldChange?.startsWith('apiVersion:') ?? false

/** The smallest first: this one, then its class on its server. Both end by themselves. */
export const waysOf = (story: Story, until: string): readonly Way[] => {
  const { plane, record, now } = story
  if (!isGrant(now?.wouldChange)) return []
  // The evaluator has chosen a name that is free.
  const name = /^name: (\S+)$/m.exec(now.wouldChange)?.[1]
  if (name === undefined) return []
  const kind = kindOf(story)
  const item = kind === 'operation' ? { api: record.server } : { server: record.server }
  const grant = (select: object): Grant =>
    ({
      apiVersion: 'bailiwick/v1',
      kind: 'Grant',
      plane,
      name,
      agent: record.agent,
      consumer: record.consumer,
      allow: [{ ...item, ...select }],
      reason: 'to be said',
      until,
    }) as Grant
  const one = grant({ [membersOf[kind]]: [record.template ?? record.name] })
  const ways: Way[] = [{ id: 'one', name, document: one }]
  if (record.class !== undefined)
    ways.push({ id: 'class', name, document: grant({ class: record.class }) })
  return ways
}

/** The day on which a week from now ends. */
export const weekFrom = (now: number): string =>
  new Date(now + 7 * 86_400_000).toISOString().slice(0, 10)
