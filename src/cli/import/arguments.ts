import type { Given } from './entry.ts'

/**
 * The arguments of a program, each with what it is the value of: the option before it (`--key VALUE`),
 * or the name that it begins with (`--key=VALUE`, `NAME=VALUE`, `Name: VALUE`).
 */
export const givenArguments = (texts: readonly string[], at: string): Given[] =>
  texts.map((text, index) => {
    const place = `${at}[${index}]`
    const [, before, name, value] =
      /^(-{0,2}([A-Za-z][\w.-]{0,63})(?:=|: ?))(.+)$/s.exec(text) ?? []
    if (before !== undefined && name !== undefined && value !== undefined && !isAddress(text))
      return { name, before, text: value, at: place }
    const option = /^--?([A-Za-z][\w-]*)$/.exec(texts[index - 1] ?? '')?.[1]
    return { name: text.startsWith('-') ? undefined : option, text, at: place }
  })

const isAddress = (text: string): boolean => /^(?:[a-z][a-z0-9+.-]*:\/\/|[A-Za-z]:[\\/])/.test(text)

/**
 * A program that is nothing but a bridge to a URL (`npx mcp-remote URL --header "Name: value"`), taken
 * as what it leads to. Undefined where it is another one.
 */
export const bridgedTo = (
  command: string,
  given: readonly Given[],
): { url: string; at: string; headers: Given[] } | undefined => {
  const whole = given.map(({ before = '', text }) => before + text)
  const bridge = [command, ...whole].findIndex((text) => bridges.test(text))
  const target = whole.findIndex((text, at) => at >= bridge && /^https?:\/\//.test(text))
  const [url, at] = [whole[target], given[target]?.at]
  if (bridge < 0 || url === undefined || at === undefined) return undefined
  const headers = given.filter((_, index) => whole[index - 1] === '--header')
  return { url, at, headers: headers.map(({ before: _, ...header }) => header) }
}

const bridges = /(?:^|\/)mcp-remote(?:@[\w.-]+)?$/
