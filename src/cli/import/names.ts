import { reservedNames } from '#domain/name.ts'

const most = 24

/** A name of ours that says what theirs says: `GitHub (work)` becomes `github-work`. */
export const nameOf = (written: string): string => {
  const letters = written
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
  const name = trimmed(
    letters.replace(/^[^a-z]+/, (start) => (/\d/.test(start) ? `n${start}` : '')),
  )
  if (name === '') return 'server'
  return reservedNames.has(name) ? `${name}-server` : name
}

/** The name itself, then with a number behind it, each of at most 24 characters. */
export function* namesLike(name: string): Generator<string> {
  yield name
  for (let number = 2; ; number++) yield `${trimmed(name.slice(0, most - 4))}-${number}`
}

/** The first like it that is not taken; taken from then on. */
export const takeName = (name: string, taken: Set<string>): string => {
  for (const one of namesLike(name)) {
    if (taken.has(one)) continue
    taken.add(one)
    return one
  }
  return name
}

const trimmed = (name: string): string => name.slice(0, most).replace(/^-+|-+$/g, '')
