/** A text in a definition: a value, or the name of a member. */
export interface Text {
  /** JSON pointer (RFC 6901). */
  readonly at: string
  readonly text: string
  /** A parameter of the capability, where it is the name of one. */
  readonly isParameter: boolean
}

/** Every text of a definition, names of members included; of a definition's bounded size, so all of them. */
export function* textsOf(definition: Readonly<Record<string, unknown>>): Generator<Text> {
  const waiting: { at: string; value: unknown; holdsParameters: boolean }[] = [
    { at: '', value: definition, holdsParameters: false },
  ]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { at, value, holdsParameters } = next
    if (typeof value === 'string') yield { at, text: value, isParameter: false }
    if (typeof value !== 'object' || value === null) continue
    const members = Object.entries(value).map(([name, member]) => {
      const place = `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
      const holds = name === 'properties' && at.startsWith('/inputSchema') && !holdsParameters
      return { name, at: place, value: member, holdsParameters: holds }
    })
    if (!Array.isArray(value))
      for (const { name, at } of members) yield { at, text: name, isParameter: holdsParameters }
    waiting.push(...members.reverse())
  }
}
