import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Asked, Document, Written } from './reading.ts'
import type { Kind } from './world.ts'

/** A case as it stands in the YAML files: what differs from a small plane, a call, and what must come of it. */
const said = z.record(z.string(), z.unknown())
const byName = z.record(z.string(), said)
const names = z.array(z.string())
const call = z
  .strictObject({
    tool: z.string().optional(),
    prompt: z.string().optional(),
    resource: z.string().optional(),
    template: z.string().optional(),
    operation: z.string().optional(),
    args: z.unknown().optional(),
    as: z.string().default('planner@floor'),
    user: z.string().optional(),
    scopes: names.optional(),
    age: z.string().optional(),
    at: z.string().default('2026-11-25T12:30:00Z'),
    /** Of another item than the case's. */
    of: z.string().optional(),
    /** A completion or a subscription. */
    about: z.literal(true).optional(),
    times: z.int().optional(),
    revision: z.enum(['2025-11-25', '2026-07-28']).default('2026-07-28'),
  })
  .refine((one) => kinds.filter((kind) => one[kind] !== undefined).length === 1)
const kinds = ['tool', 'prompt', 'resource', 'template', 'operation'] as const satisfies Kind[]

const caseSchema = z.strictObject({
  it: z.string(),
  timeZone: z.string().default('UTC'),
  server: said.optional(),
  api: said.optional(),
  agent: said.default({}),
  groups: z.record(z.string(), names).default({}),
  grants: byName.default({}),
  rules: byName.default({}),
  quotas: byName.default({}),
  suspended: names.default([]),
  /** Keys as `tool/read_line`; what is classified is as it was pinned where nothing else is said. */
  held: names.default([]),
  gone: names.default([]),
  /** What nobody has classified. */
  unclassified: names.default([]),
  /** Of everything that takes arguments. */
  schema: said.optional(),
  promptArguments: z.array(said).optional(),
  /** The server does not tell what it offers: what it did instead. */
  unseen: z.string().optional(),
  /** Secrets in the vault. */
  vault: names.default([]),
  /** What the server speaks. */
  speaks: z.array(z.enum(['modern', 'legacy'])).default(['modern', 'legacy']),
  call,
  expect: z.union([
    z.strictObject({ permitted: z.string(), counted: names.default([]) }),
    z.strictObject({ refused: z.string(), because: z.string(), instead: z.string().optional() }),
  ]),
})
export type Case = z.infer<typeof caseSchema>
export type CaseText = z.input<typeof caseSchema>

export const readCases = (file: URL): Case[] =>
  z.array(caseSchema).parse(parse(readFileSync(file, 'utf8')))
/** As it is read from a file. */
export const caseOf = (written: CaseText): Case => caseSchema.parse(written)

const head = { apiVersion: 'bailiwick/v1', plane: 'ops' } as const
const document = (kind: string, name: string, body: object): Document => ({
  ...head,
  kind,
  name,
  ...body,
})

/** The whole plane that a case stands in. */
export const writtenOf = (one: Case): Written => ({
  timeZone: one.timeZone,
  documents: [
    ...['floor', 'office'].map((name) => document('Consumer', name, { owner: 'plant' })),
    document('Agent', 'planner', { owner: 'plant', consumers: ['floor'], ...one.agent }),
    document('Server', 'mes', { owner: 'plant', upstream: { runner: 'mes' }, ...one.server }),
    ...(one.api
      ? [document('API', 'orders', { owner: 'plant', upstream: orders, ...one.api })]
      : []),
    ...Object.entries(one.groups).map(([name, agents]) => document('AgentGroup', name, { agents })),
    ...Object.entries(one.grants).map(([name, body]) =>
      document('Grant', name, { consumer: 'floor', reason: 'a case', ...to(body), ...body }),
    ),
    ...Object.entries(one.rules).map(([name, body]) => document('Rule', name, body)),
    ...Object.entries(one.quotas).map(([name, body]) =>
      document('Quota', name, { per: 'agent', ...body }),
    ),
  ],
  offered: offeredBy(one),
  suspended: Object.fromEntries(one.suspended.map((key) => [key, toldOf(key)])),
})
const orders = { url: 'https://orders.example', openapi: '{}' }
const to = (grant: object) => ('group' in grant ? {} : { agent: 'planner' })
const toldOf = (key: string) => `${key.replace('/', ' ')} suspended by deniz: a test`

const offeredBy = ({ server, api, held, gone, unclassified }: Case): Written['offered'] => {
  const keysOf = (kind: Kind, members: unknown) =>
    Object.keys((members ?? {}) as object).map((name) => `${kindOf(kind, name)}/${name}`)
  const ofServer = [
    ...keysOf('tool', server?.tools),
    ...keysOf('prompt', server?.prompts),
    ...keysOf('resource', server?.resources),
  ]
  const classified = [
    ...ofServer.map((key) => `mes/${key}`),
    ...keysOf('operation', api?.operations).map((key) => `orders/${key}`),
  ]
  const whole = (key: string) => `${key.startsWith('operation/') ? 'orders' : 'mes'}/${key}`
  const stateOf = (key: string) => {
    if (held.some((one) => whole(one) === key)) return 'held'
    return gone.some((one) => whole(one) === key) ? 'absent' : 'pinned'
  }
  const all = [...classified, ...unclassified.map(whole)]
  return Object.fromEntries(all.map((key) => [key, stateOf(key)] as const))
}
const kindOf = (kind: Kind, name: string): Kind =>
  kind === 'resource' && name.includes('{') ? 'template' : kind

export const askedOf = ({ call }: Case): Asked => {
  const [kind] = kinds.filter((one) => call[one] !== undefined)
  const [agent = '', consumer = ''] = call.as.split('@')
  return {
    agent,
    consumer,
    user: call.user,
    scopes: call.scopes,
    ageMs: call.age === undefined ? undefined : Number.parseInt(call.age, 10) * 1000,
    item: call.of ?? (kind === 'operation' ? 'orders' : 'mes'),
    kind: kind ?? 'tool',
    name: call[kind ?? 'tool'] ?? '',
    args: kind === 'resource' || kind === 'template' ? undefined : (call.args ?? {}),
    now: Date.parse(call.at),
  }
}
