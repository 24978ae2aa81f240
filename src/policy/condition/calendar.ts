import { type CelFunc, CelScalar, celMethod, objectType } from '@bufbuild/cel'
import { TimestampSchema } from '@bufbuild/protobuf/wkt'
import { wallOf } from './times.ts'

const { INT, STRING } = CelScalar
const TIMESTAMP = objectType(TimestampSchema)

const dayMs = 86_400_000

const startOfYear = (wall: Date): number => {
  const start = new Date(wall)
  start.setUTCMonth(0, 1)
  return start.setUTCHours(0, 0, 0, 0)
}

/** Of what a wall shows, as the UTC parts of a Date. Months, days of the month and of the year count from 0. */
const parts: Readonly<Record<string, (wall: Date) => number>> = {
  getFullYear: (wall) => wall.getUTCFullYear(),
  getMonth: (wall) => wall.getUTCMonth(),
  getDate: (wall) => wall.getUTCDate(),
  getDayOfMonth: (wall) => wall.getUTCDate() - 1,
  getDayOfWeek: (wall) => wall.getUTCDay(),
  getDayOfYear: (wall) => Math.floor((wall.getTime() - startOfYear(wall)) / dayMs),
  getHours: (wall) => wall.getUTCHours(),
  getMinutes: (wall) => wall.getUTCMinutes(),
  getSeconds: (wall) => wall.getUTCSeconds(),
  getMilliseconds: (wall) => wall.getUTCMilliseconds(),
}

interface Instant {
  readonly message: { readonly seconds: bigint; readonly nanos: number }
}

const instantMs = ({ message }: Instant): number =>
  Number(message.seconds) * 1000 + Math.floor(message.nanos / 1e6)

/**
 * In the place of the library's, which read the parts from a date in the time zone of this machine:
 * wrong in the hour that is left out there in spring, and a day of the year too few for half of it.
 */
export const calendarMethods: readonly CelFunc[] = Object.entries(parts).flatMap(([name, part]) => [
  celMethod(name, TIMESTAMP, [], INT, function () {
    return BigInt(part(wallOf(instantMs(this), undefined)))
  }),
  celMethod(name, TIMESTAMP, [STRING], INT, function (zone) {
    return BigInt(part(wallOf(instantMs(this), zone)))
  }),
])
