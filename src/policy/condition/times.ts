import { celEnv, isCelError, parse, plan } from '@bufbuild/cel'
import { wall } from '#domain/time.ts'

const env = celEnv()

/** By the library's own reading. */
const isMade = (call: 'timestamp' | 'duration', text: string): boolean =>
  !isCelError(plan(env, parse(`${call}(${JSON.stringify(text)})`))())

export const isTimestamp = (text: string): boolean => isMade('timestamp', text)
export const isDuration = (text: string): boolean => isMade('duration', text)

const fixed = /^([+-]?)(\d\d):(\d\d)$/

export const isZone = (zone: string): boolean => {
  if (fixed.test(zone)) return true
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(zone)) return false
  try {
    wall(0, zone)
    return true
  } catch {
    return false
  }
}

/** What the wall of that zone shows, as the UTC parts of a Date. The library asks the zone of this machine. */
export const wallOf = (at: number, zone: string | undefined): Date =>
  new Date(at + (zone === undefined ? 0 : offsetOf(at, zone)))

const offsetOf = (at: number, zone: string): number => {
  const written = fixed.exec(zone)
  if (!written) return offsetInZone(at, zone)
  const [, sign, hours, minutes] = written
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

/** Intl answers in microseconds, and calls come more than once a minute. */
const known = new Map<string, { readonly minute: number; readonly offset: number }>()

/** Since then, clocks have only ever been changed at full minutes. */
const fullMinutesSince = Date.UTC(1973, 0, 1)

const offsetInZone = (at: number, zone: string): number => {
  const minute = Math.floor(at / 60_000)
  const last = known.get(zone)
  // Stryker disable next-line ConditionalExpression: what is not kept is asked for again, and that takes longer.
  if (last?.minute === minute && at >= fullMinutesSince) return last.offset
  const offset = wall(at, zone) - at
  // Stryker disable next-line ObjectLiteral: what is not kept is asked for again, and that takes longer.
  known.set(zone, { minute, offset })
  return offset
}
