import type { StationState } from '../../parts/path.ts'
import type { Key, Words } from '../../words/words.ts'
import type { ItemRow } from './items.ts'

export type ItemState = 'ready' | 'review' | 'suspended' | 'failing' | 'waiting'

/** A suspension goes before how the server is, and that before what waits for a person. */
export const stateOf = (row: ItemRow, isSuspended: boolean): ItemState => {
  if (isSuspended) return 'suspended'
  if (row.side !== undefined) return 'failing'
  if (row.counts.held > 0) return 'review'
  return row.health === 'Ready' ? 'ready' : 'waiting'
}

/** Shape of each state, of the same set as outcomes: what refuses, waits or is broken looks so everywhere. */
export const shapes: Readonly<Record<ItemState, StationState>> = {
  ready: 'passed',
  review: 'held',
  suspended: 'denied',
  failing: 'failed',
  waiting: 'not reached',
}

/** What the gateway says of an item's health, whose side it is on first. */
const told: Readonly<Record<string, Key>> = {
  Ready: 'catalog.health.ready',
  Starting: 'catalog.health.starting',
  'Not called yet': 'catalog.health.notCalled',
  'Not connected': 'catalog.health.notConnected',
  'Unreachable (network)': 'catalog.health.network',
  'Unreachable (name)': 'catalog.health.name',
  'Unreachable (TLS)': 'catalog.health.tls',
  'Credential refused': 'catalog.health.refused',
  'Credential not set': 'catalog.health.notSet',
  'Does not speak MCP': 'catalog.health.notMcp',
  'No answer in time': 'catalog.health.late',
  'Answer too large': 'catalog.health.large',
  'Answer not usable': 'catalog.health.unusable',
  'Process ended': 'catalog.health.ended',
  'Not configured': 'catalog.health.notConfigured',
  'Failed here': 'catalog.health.here',
  'Refused here (link-local address)': 'catalog.health.linkLocal',
}

export const sayHealth = ({ say }: Words, health: string): string => {
  const key = told[health]
  if (key) return say(key)
  const status = /^Upstream error ([0-9]{3})$/.exec(health)?.[1]
  if (status !== undefined) return say('catalog.health.upstream', { status })
  const age = /^Not checked for (.+)$/.exec(health)?.[1]
  return age === undefined ? health : say('catalog.health.stale', { age })
}

export const saySide = ({ say }: Words, side: NonNullable<ItemRow['side']>): string =>
  say(`catalog.side.${side}`)

export const sayState = (words: Words, row: ItemRow, state: ItemState): string => {
  if (state === 'suspended') return words.say('catalog.state.suspended')
  if (state === 'review') return words.say('catalog.state.review')
  return sayHealth(words, row.health)
}
