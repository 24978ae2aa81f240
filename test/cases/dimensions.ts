import { askedOf, type Case, writtenOf } from './case.ts'
import { selects } from './naive.ts'
import { readCall, readWorld } from './reading.ts'
import { hears, isOver, isWithin } from './told.ts'
import type { Call, Capability, Grant, Rule, Use, World } from './world.ts'

/** In what cases differ. Which value a case has is read from the case, so that none can claim another. */
export interface Dimension {
  readonly values: readonly string[]
  /** Those that refuse a call, where nothing else helps it. */
  readonly refuse: readonly string[]
  /** Undefined where a case has nothing of the sort. */
  of(seen: Seen): string | undefined
}

/** A case as it is looked at: what is called, by which grant, under which rule. */
export interface Seen {
  readonly one: Case
  readonly world: World
  readonly call: Call
  readonly use: Use
  readonly of: Capability
  readonly grant: Grant
  readonly rule: Rule | undefined
}

/** Undefined where nothing there is is called, or nothing is granted. */
export const look = (one: Case): Seen | undefined => {
  const written = writtenOf(one)
  const world = readWorld(written)
  const call = readCall(written, world, askedOf(one))
  const [use] = call.uses
  const grant = world.grants.find(({ name }) => name === 'reads') ?? world.grants[0]
  if (!use || !grant) return undefined
  return { one, world, call, use, of: use.of, grant, rule: world.rules[0] }
}

const said = (value: unknown): Readonly<Record<string, unknown>> => (value ?? {}) as never
const itemOf = ({ one, of }: Seen) => said(of.item === 'orders' ? one.api : one.server)
const classificationOf = (seen: Seen) => said(said(itemOf(seen)[seen.of.members])[seen.of.name])
const answerOf = ({ call, use }: Seen, condition: string | undefined) => {
  const answer = hears({ call, use, has: [] }, condition)
  if (answer === undefined) return 'fails'
  return answer ? 'true' : 'untrue'
}

export const dimensions = {
  capability: {
    values: ['tool', 'prompt', 'resource', 'template', 'operation'],
    refuse: [],
    of: ({ of }) => of.kind,
  },
  holder: {
    values: ['the agent', 'its group', 'another agent', 'another group'],
    refuse: ['another agent', 'another group'],
    of({ call, grant }) {
      const [kind] = grant.holder.split('/')
      const isIts = call.holders.includes(grant.holder)
      if (kind === 'agent') return isIts ? 'the agent' : 'another agent'
      return isIts ? 'its group' : 'another group'
    },
  },
  consumer: {
    values: ['its only one', 'one of two', 'another of its'],
    refuse: ['another of its'],
    of({ one, call, grant }) {
      if (grant.consumer !== call.consumer) return 'another of its'
      return one.agent.consumers === undefined ? 'its only one' : 'one of two'
    },
  },
  class: {
    values: ['read', 'write', 'destructive', 'unclassified'],
    refuse: ['unclassified'],
    of: ({ of }) => of.class ?? 'unclassified',
  },
  selector: {
    values: ['item', 'name', 'class', 'label', 'scope'],
    refuse: [],
    of({ grant }) {
      const { members, classes, labels, scopes } = grant.allow[0] ?? {}
      if (members) return 'name'
      if (classes) return 'class'
      if (labels) return 'label'
      return scopes ? 'scope' : 'item'
    },
  },
  'what is selected': {
    values: ['it', 'something else'],
    refuse: ['something else'],
    of: ({ grant, of }) =>
      selects(grant.allow, { ...of, class: of.class ?? '' }) ? 'it' : 'something else',
  },
  label: {
    values: ['none', 'of its item', 'its own', 'a data class'],
    refuse: [],
    of(seen) {
      const [item, own] = [itemOf(seen), classificationOf(seen)]
      if (own.data ?? item.data) return 'a data class'
      if (own.labels) return 'its own'
      return item.labels ? 'of its item' : 'none'
    },
  },
  condition: {
    values: ['none', 'of the call', 'of the caller'],
    refuse: [],
    of({ grant: { when } }) {
      if (when === undefined) return 'none'
      return /\b(?:args|uri)\b/.test(when) ? 'of the call' : 'of the caller'
    },
  },
  'the condition is': {
    values: ['true', 'untrue', 'fails'],
    refuse: ['untrue', 'fails'],
    of: (seen) => answerOf(seen, seen.grant.when),
  },
  claim: {
    values: ['none', 'text', 'number', 'flag', 'list'],
    refuse: [],
    of({ call }) {
      const [claim] = Object.values(call.speaker.caller.claims)
      if (Array.isArray(claim)) return 'list'
      const names: Record<string, string> = { string: 'text', number: 'number', boolean: 'flag' }
      return names[typeof claim] ?? 'none'
    },
  },
  rule: {
    values: ['none', 'deny', 'require', 'challenge', 'within', 'consumers'],
    refuse: [],
    of({ rule }) {
      if (!rule) return 'none'
      if (rule.challenge) return 'challenge'
      if (rule.require) return 'require'
      if (rule.within) return 'within'
      return rule.consumers ? 'consumers' : 'deny'
    },
  },
  'the rule': {
    values: ['says nothing', 'is not about it', 'denies', 'fails'],
    refuse: ['denies', 'fails'],
    of(seen) {
      const { rule, call } = seen
      if (!rule) return 'says nothing'
      const about = answerOf(seen, rule.when)
      if (about !== 'true') return about === 'fails' ? 'fails' : 'is not about it'
      const met = answerOf(seen, rule.require)
      if (met === 'fails') return 'fails'
      const isMet =
        !rule.deny &&
        met === 'true' &&
        (!rule.within || isWithin(rule.within, call)) &&
        rule.consumers?.includes(call.consumer) !== false
      return isMet ? 'says nothing' : 'denies'
    },
  },
  end: {
    values: ['none', 'a day', 'an instant', 'today', 'yesterday', 'a past instant'],
    refuse: ['yesterday', 'a past instant'],
    of({ grant: { until }, call }) {
      if (until === undefined) return 'none'
      if (until.includes('T')) return isOver(until, call) ? 'a past instant' : 'an instant'
      if (until === call.wall.date) return 'today'
      return isOver(until, call) ? 'yesterday' : 'a day'
    },
  },
  'time zone': {
    values: ['UTC', 'Pacific/Kiritimati', 'America/Los_Angeles'],
    refuse: [],
    of: ({ one }) => one.timeZone,
  },
  'life cycle': {
    values: ['unsaid', 'published', 'deprecated', 'draft', 'review', 'retired'],
    refuse: ['draft', 'review', 'retired'],
    of: (seen) => `${itemOf(seen).lifeCycle ?? 'unsaid'}`,
  },
  variant: {
    values: ['none', 'it has one', 'it is one'],
    refuse: [],
    of(seen) {
      if (classificationOf(seen).variantOf) return 'it is one'
      const others = Object.values(said(itemOf(seen)[seen.of.members]))
      return others.some((one) => said(one).variantOf === seen.of.name) ? 'it has one' : 'none'
    },
  },
  scope: {
    values: ['none', 'in the token', 'implied', 'not in the token'],
    refuse: ['not in the token'],
    of({ of, call: { scopes } }) {
      if (of.scopes.length === 0) return 'none'
      if (scopes === undefined) return 'implied'
      return of.scopes.every((one) => scopes.includes(one)) ? 'in the token' : 'not in the token'
    },
  },
  definition: {
    values: ['as pinned', 'held', 'gone'],
    refuse: ['held', 'gone'],
    of: ({ of }) => ({ pinned: 'as pinned', held: 'held', absent: 'gone' })[of.state],
  },
  suspended: {
    values: [
      ...['nothing', 'another agent', 'the agent', 'its consumer', 'its user', 'the plane'],
      ...['the item', 'the capability', 'what it is a variant of'],
    ],
    refuse: [
      ...['the agent', 'its consumer', 'its user', 'the plane'],
      ...['the item', 'the capability', 'what it is a variant of'],
    ],
    of({ one, of, call }) {
      const [key] = one.suspended
      if (key === undefined) return 'nothing'
      const names = ['the plane', 'its consumer', 'the agent', 'its user']
      const own = ['the item', 'the capability', 'what it is a variant of']
      return names[call.under.indexOf(key)] ?? own[of.under.indexOf(key)] ?? 'another agent'
    },
  },
  arguments: {
    values: ['in order', 'not in order'],
    refuse: ['not in order'],
    of: ({ call }) => (call.misfit ? 'not in order' : 'in order'),
  },
  'age of the token': {
    values: ['not asked', 'young', 'too old'],
    refuse: ['too old'],
    of({ of, call }) {
      if (of.maxAgeMs === Number.POSITIVE_INFINITY) return 'not asked'
      return call.ageMs > of.maxAgeMs ? 'too old' : 'young'
    },
  },
  quota: {
    values: ['none', 'over it', 'of the grant', 'both'],
    refuse: [],
    of({ world, grant, of }) {
      const isOver = world.quotas.some(({ over }) =>
        selects(over, { ...of, class: of.class ?? '' }),
      )
      if (isOver) return grant.quota ? 'both' : 'over it'
      return grant.quota ? 'of the grant' : 'none'
    },
  },
  user: {
    values: ['nobody', 'somebody'],
    refuse: [],
    of: ({ call }) => (call.speaker.user ? 'somebody' : 'nobody'),
  },
  beside: {
    values: ['no other grant', 'an ended one', 'another one'],
    refuse: [],
    of({ one, call }) {
      // By name, for what nobody has classified is selected by none.
      const { before, spare } = one.grants
      if (spare) return 'another one'
      return before && isOver(`${before.until}`, call) ? 'an ended one' : 'no other grant'
    },
  },
} as const satisfies Record<string, Dimension>
export type Name = keyof typeof dimensions
export const names = Object.keys(dimensions) as Name[]
export const dimensionOf = (name: Name): Dimension => dimensions[name]

/** `dimension: value`, of each dimension that a case has. */
export type Values = Readonly<Partial<Record<Name, string>>>
export const valuesOf = (one: Case): Values => {
  const seen = look(one)
  if (!seen) return {}
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = dimensionOf(name).of(seen)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
