import type { Given } from './entry.ts'
import { isSecretName } from './secret.ts'

/**
 * The arguments of a program, each with what it is the value of: the option before it (`--key VALUE`),
 * or the name that it begins with (`--key=VALUE`, `NAME=VALUE`, `Name: VALUE`).
 */
export const givenArguments = (texts: readonly string[], at: string): Given[] =>
  texts.map((text, index) => {
    const place = { at: `${at}[${index}]` }
    const option = /^--?([A-Za-z][\w-]*)$/.exec(texts[index - 1] ?? '')?.[1]
    const name = text.startsWith('-') ? undefined : option
    if (name !== undefined && isSecretName(name)) return { name, text, ...place }
    const [, before, key, value] = assignment.exec(isAddress(text) ? '' : text) ?? []
    return before !== undefined && value !== undefined
      ? { name: key, before, text: value, ...place }
      : { name, text, ...place }
  })

const assignment = /^(-{0,2}([A-Za-z][\w.-]{0,63})(?:=|: ?))(.+)$/s

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
