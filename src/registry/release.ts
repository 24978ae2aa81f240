import { Fault } from '#lib/fault.ts'
import { type Item, itemOf } from './item.ts'

/** The one that is held, with what was observed as its pin; a Fault where that is none, several, or not what was shown. */
export function releasedItem(
  items: readonly Item[],
  name: string,
  shown: string | undefined,
): Item {
  const held = items.filter(({ observed, stored }) => observed !== undefined && !stored.absent)
  const [item, another] = held
  if (item?.observed === undefined) {
    throw new Fault('unknown_name', { detail: `Nothing of ${name} is held.` })
  }
  if (another !== undefined) {
    const kinds = held.map(({ stored }) => stored.kind).join(' and a ')
    throw new Fault('unknown_name', {
      detail: `A ${kinds} of the name ${name} are held: say which.`,
    })
  }
  const { fingerprint, definition, observedFingerprint, observedDefinition, version } = item.stored
  if (shown !== undefined && !observedFingerprint?.startsWith(shown)) {
    throw new Fault('stale', {
      detail: `${name} has changed again since it was shown.`,
      fix: 'Look at it again before you release it.',
    })
  }
  const isOther = observedFingerprint !== fingerprint
  return itemOf({
    ...item.stored,
    fingerprint: observedFingerprint ?? fingerprint,
    definition: observedDefinition ?? definition,
    observedFingerprint: undefined,
    observedDefinition: undefined,
    version: isOther ? version + 1 : version,
    changes: 0,
    released: true,
  })
}
