import { Tooltip } from '@mantine/core'
import { useSyncExternalStore } from 'react'
import { type Language, useWords } from '../words/words.ts'

/** One switch for the whole console, in the trust line: local time with its offset, or UTC. */
export type Zone = 'local' | 'utc'

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

const optionsOf = (zone: Zone): Intl.DateTimeFormatOptions =>
  zone === 'utc' ? { timeZone: 'UTC' } : {}

export const timeOf = (
  at: number,
  language: Language,
  zone: Zone,
  how: 'time' | 'minute' | 'day' | 'full' = 'full',
): string => {
  const parts: Record<typeof how, Intl.DateTimeFormatOptions> = {
    time: { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 },
    minute: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
    day: { day: 'numeric', month: 'short', year: 'numeric' },
    full: {
      ...{ day: 'numeric', month: 'short', year: 'numeric' },
      ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' },
    },
  }
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    hourCycle: 'h23',
    ...parts[how],
    ...optionsOf(zone),
  }).format(at)
}

const steps = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

export const ago = (at: number, now: number, language: Language): string => {
  const gone = at - now
  const [unit, ms] = steps.find(([, ms]) => Math.abs(gone) >= ms) ?? ['second', 1000]
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(
    Math.round(gone / ms),
    unit,
  )
}

/** An instant: as the switch says; UTC and how long ago where it is pointed at or focused. */
export const When = ({
  at,
  how = 'full',
}: {
  readonly at: number
  readonly how?: 'time' | 'minute' | 'day' | 'full'
}) => {
  const { language } = useWords()
  const zone = useZone()
  const utc = new Date(at).toISOString()
  return (
    <Tooltip label={`${utc} · ${ago(at, Date.now(), language)}`}>
      <time dateTime={utc}>{timeOf(at, language, zone, how)}</time>
    </Tooltip>
  )
}
