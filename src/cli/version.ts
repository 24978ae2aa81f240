import { readFileSync } from 'node:fs'

/** Of package.json, which lies at the root of the checkout and of the published package alike. */
const findVersion = (): string => {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const read: unknown = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8'))
      if (typeof read === 'object' && read !== null && 'version' in read)
        return String(read.version)
    } catch {
      // The other place, then.
    }
  }
  return 'unknown'
}

export const version = findVersion()
