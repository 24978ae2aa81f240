import { Tooltip } from '@mantine/core'
import { useSyncExternalStore } from 'react'
import { useWords } from '../words/words.ts'
import { ago, inList, type Shape, timeOf, type Zone } from './instant.ts'

const kept = 'bailiwick.zone'
const listeners = new Set<() => void>()
let zone: Zone = localStorage.getItem(kept) === 'utc' ? 'utc' : 'local'

export const useZone = (): Zone =>
  useSyncExternalStore(
    (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    () => zone,
  )

export const setZone = (next: Zone): void => {
  zone = next
  localStorage.setItem(kept, next)
  for (const tell of listeners) tell()
}

/** An instant: as the switch says; UTC and how long ago where it is pointed at or focused. */
export const When = ({
  at,
  how = 'full',
}: {
  readonly at: number
  readonly how?: Shape | 'list'
}) => {
  const { language } = useWords()
  const zone = useZone()
  const now = Date.now()
  const utc = new Date(at).toISOString()
  const shown = how === 'list' ? inList(at, now, language, zone) : timeOf(at, language, zone, how)
  return (
    <Tooltip label={`${utc} · ${ago(at, now, language)}`}>
      <time dateTime={utc}>{shown}</time>
    </Tooltip>
  )
}
