/** Anything that is written under a name of its own in a request. */
interface Named {
  readonly name: string
  readonly in: 'path' | 'query' | 'header' | 'body'
}

/** What model APIs take for the name of a property, and conditions for an identifier or close to it. */
const LONGEST = 64

/**
 * The names of arguments: each one's own where it is of letters, digits, `_`, `.` and `-` and nobody
 * else's, else with its place before it (`path_id`). Undefined where some would still be the same.
 */
export function memberNames(all: readonly Named[]): readonly string[] | undefined {
  const plain = all.map(({ name }) => name.replace(/[^A-Za-z0-9_.-]/g, '_').slice(0, LONGEST))
  const counts = new Map<string, number>()
  for (const name of plain) counts.set(name, (counts.get(name) ?? 0) + 1)
  const members = plain.map((name, at) => {
    const isOwn = counts.get(name) === 1 && name !== '__proto__'
    return isOwn ? name : `${all[at]?.in}_${name}`.slice(0, LONGEST)
  })
  return new Set(members).size === members.length ? members : undefined
}
