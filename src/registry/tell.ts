import type { PlaneId } from '#domain/name.ts'
import type { Log } from '#lib/log.ts'
import type { Comparison } from './compare.ts'
import { diffDefinitions } from './diff.ts'
import type { Item } from './item.ts'
import type { Observation } from './registry.ts'

/** So many fingerprints are named in a summary, which stands in the ledger too. */
const MOST_NAMED = 5
/** Of a revision's diff, in UTF-16 units. */
const MOST_DIFF = 65_536

/** `bank tells of its capabilities: 2 new, 1 held, since changed: tool pay 1a… → 9f…`. */
export const summaryOf = (server: string, comparison: Comparison): string => {
  const { added, held, gone, items, isMost } = comparison
  const more = held.length > MOST_NAMED ? ` and ${held.length - MOST_NAMED} more` : ''
  const told = [
    ...(isMost ? ['most of it changed'] : []),
    ...(added.length > 0 ? [`${added.length} new`] : []),
    ...(gone.length > 0 ? [`${gone.length} gone`] : []),
    ...(held.length > 0
      ? [
          `${held.length} held, since changed: ${held.slice(0, MOST_NAMED).map(moveOf).join(', ')}${more}`,
        ]
      : []),
  ]
  return `${server} tells of its capabilities: ${told.join(', ') || `${items.length} told anew`}`
}

/** `tool rates_today`, and both fingerprints in full. */
const moveOf = ({ stored }: Item): string =>
  `${stored.kind} ${stored.name.slice(0, 200)} ${stored.fingerprint} → ${stored.observedFingerprint}`

/** How what is newly held differs from what is pinned, as far as there is room for it. */
export const diffOf = (held: readonly Item[]): string => {
  let text = ''
  for (const [at, item] of held.entries()) {
    const lines = diffDefinitions(item.definition, item.observed)
    const part = `${moveOf(item)}\n${lines.join('\n')}\n`
    if (text.length + part.length > MOST_DIFF) return `${text}… and ${held.length - at} more\n`
    text += part
  }
  return text
}

/** Names that were taken in are ASCII; what else a server wrote is in no log. */
export function report(log: Log, plane: PlaneId, server: string, observation: Observation): void {
  const { added, changed, gone, isMost } = observation
  const about = { plane, server }
  if (added.length + gone.length > 0) {
    log.info('registry.observed', { ...about, added: added.length, gone: gone.length })
  }
  if (isMost) log.warn('registry.most', about)
  if (changed.length > 0) {
    const names = changed.slice(0, 10).join(' ')
    log.warn('registry.held', { ...about, names, count: changed.length })
  }
}
