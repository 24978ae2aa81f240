/** Calendar arithmetic in a plane's time zone, without a table of our own: asked of Intl, kept by zone. */
const formats = new Map<string, Intl.DateTimeFormat>()

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      calendar: 'iso8601',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    formats.set(timeZone, format)
  }
  return format
}

/** What a clock on the wall of that zone shows, as if it were UTC milliseconds. */
export const wall = (at: number, timeZone: string): number => {
  const part = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(at)
      .map((one) => [one.type, Number(one.value)]),
  )
  const ms = ((at % 1000) + 1000) % 1000
  return (
    Date.UTC(
      part.year ?? 0,
      (part.month ?? 1) - 1,
      part.day ?? 1,
      part.hour ?? 0,
      part.minute ?? 0,
      part.second ?? 0,
    ) + ms
  )
}

/**
 * The instant at which that zone's wall clock first shows `wallMs`. Where clocks jump over it, the
 * instant of the jump; where they show it twice, the first.
 */
const instantOf = (wallMs: number, timeZone: string): number => {
  const guesses = [-1, 1].map((side) => {
    const offset = wall(wallMs + side * 86_400_000, timeZone) - (wallMs + side * 86_400_000)
    return wallMs - offset
  })
  const exact = guesses.filter((guess) => wall(guess, timeZone) === wallMs)
  return exact.length > 0 ? Math.min(...exact) : Math.max(...guesses)
}

/** The day of the week, 0 for Sunday, and the minute of the day that clocks in that zone show. */
export const clockOf = (at: number, timeZone: string): { weekday: number; minute: number } => {
  const shown = wall(at, timeZone)
  return {
    weekday: new Date(shown).getUTCDay(),
    minute: Math.floor((shown - Math.floor(shown / 86_400_000) * 86_400_000) / 60_000),
  }
}

/** Start and end of the day, by that zone's calendar, in which `at` lies: start ≤ at < end. */
export const dayOf = (at: number, timeZone: string): { start: number; end: number } => {
  const midnight = Math.floor(wall(at, timeZone) / 86_400_000) * 86_400_000
  return { start: instantOf(midnight, timeZone), end: instantOf(midnight + 86_400_000, timeZone) }
}

const isDay = (written: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(written)

/** The first instant of `since`: a day begins with that day in the zone, an instant is itself. */
export const beginOf = (since: string, timeZone: string): number =>
  isDay(since) ? instantOf(Date.parse(`${since}T00:00:00Z`), timeZone) : Date.parse(since)

/** The first instant at which `until` is over: a day ends with that day in the zone, an instant is itself. */
export const endOf = (until: string, timeZone: string): number =>
  isDay(until)
    ? instantOf(Date.parse(`${until}T00:00:00Z`) + 86_400_000, timeZone)
    : Date.parse(until)
