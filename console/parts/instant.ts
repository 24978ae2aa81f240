import type { Language } from '../words/words.ts'

/** One switch for the whole console, in the trust line: local time with its offset, or UTC. */
export type Zone = 'local' | 'utc'

export type Shape = 'time' | 'second' | 'minute' | 'day' | 'year' | 'full'

const optionsOf = (zone: Zone): Intl.DateTimeFormatOptions =>
  zone === 'utc' ? { timeZone: 'UTC' } : {}

export const timeOf = (at: number, language: Language, zone: Zone, how: Shape = 'full'): string => {
  const parts: Record<Shape, Intl.DateTimeFormatOptions> = {
    time: { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 },
    second: {
      ...{ day: 'numeric', month: 'short' },
      ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
    },
    minute: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
    day: { day: 'numeric', month: 'short', year: 'numeric' },
    year: { year: 'numeric' },
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

/** Of an instant in a list: to the millisecond today, with its day where that is another, its year where that is. */
export const inList = (at: number, now: number, language: Language, zone: Zone): string => {
  const same = (shape: Shape) =>
    timeOf(at, language, zone, shape) === timeOf(now, language, zone, shape)
  return timeOf(at, language, zone, same('day') ? 'time' : same('year') ? 'second' : 'day')
}
