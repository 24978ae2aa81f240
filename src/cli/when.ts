/** Times for reading, in the zone of whoever reads. Data carries RFC 3339 in UTC instead. */
const two = (value: number): string => String(value).padStart(2, '0')

export const clockTime = (ms: number): string => {
  const at = new Date(ms)
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

export const dayAndTime = (ms: number): string => {
  const at = new Date(ms)
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clockTime(ms)}`
}

/** The time alone where it is of today. */
export const shortTime = (ms: number, now: number): string =>
  new Date(ms).toDateString() === new Date(now).toDateString() ? clockTime(ms) : dayAndTime(ms)

export const rfc3339 = (ms: number): string => new Date(ms).toISOString()

/** `4 s`, `12 min`, `3 h 20 min`, `9 d 4 h`. */
export const span = (ms: number): string => {
  const seconds = Math.floor(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** 48,213 */
export const grouped = (value: number): string => value.toLocaleString('en-US')
