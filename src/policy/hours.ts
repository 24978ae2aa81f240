import type { RuleDocument } from '#domain/documents.ts'
import { clockOf } from '#domain/time.ts'

/** Whether an instant lies within the hours that a rule names. */
export type Hours = (at: number) => boolean

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
type Weekday = (typeof weekdays)[number]

const minuteOf = (written: string): number =>
  Number(written.slice(0, 2)) * 60 + Number(written.slice(3))

/**
 * By what the clocks of the plane's time zone show, so that nine o'clock is nine o'clock in summer and
 * in winter. A day counts as that on which the hours begin: `fri` from 22:00 to 06:00 ends on Saturday.
 */
export const compileHours = (
  { days, from, to }: NonNullable<RuleDocument['within']>,
  timeZone: string,
): Hours => {
  const on: ReadonlySet<Weekday> = new Set(days ?? weekdays)
  const isOn = (weekday: number) => on.has(weekdays[(weekday + 7) % 7] as Weekday)
  const [start, end] = [minuteOf(from), minuteOf(to)]
  return (at) => {
    const { weekday, minute } = clockOf(at, timeZone)
    if (start < end) return isOn(weekday) && minute >= start && minute < end
    return (isOn(weekday) && minute >= start) || (isOn(weekday - 1) && minute < end)
  }
}
