import { isObject } from '#mcp/messages.ts'
import { scanDefinition } from '#registry/scan/scan.ts'
import type { Upstream } from '#upstream/upstream.ts'
import { type Listing, listOf, serversFor } from './lists.ts'

/** What the plane's endpoint says of itself, for one caller: what its servers have that this caller may use. */
export interface Greeting {
  readonly capabilities: Readonly<Record<string, unknown>>
  readonly instructions?: string
}

export const greetAtPlane = (about: {
  listing: Listing
  upstream(server: string): Upstream | undefined
  /** Whether changes of resources are told here, in the caller's era. */
  subscribes(upstream: Upstream): boolean
  instructs: boolean
}): Greeting => {
  const { listing } = about
  const servers = serversFor(listing).map((name) => {
    const upstream = about.upstream(name)
    const prompts = listOf(listing, name, 'prompt').length > 0
    const templates = listOf(listing, name, 'template').length > 0
    const resources = templates || listOf(listing, name, 'resource').length > 0
    return {
      name,
      prompts,
      resources,
      completes: (prompts || templates) && has(upstream, 'completions'),
      subscribes: resources && upstream !== undefined && about.subscribes(upstream),
      logs: upstream !== undefined && !upstream.shared && has(upstream, 'logging'),
      instructions: instructionsOf(name, upstream),
    }
  })
  const some = (what: (server: (typeof servers)[number]) => boolean) => servers.some(what)
  const instructions = about.instructs ? together(servers.map((one) => one.instructions)) : ''
  return {
    capabilities: {
      tools: { listChanged: true },
      ...(some(({ prompts }) => prompts) && { prompts: { listChanged: true } }),
      ...(some(({ resources }) => resources) && {
        resources: {
          listChanged: true,
          ...(some(({ subscribes }) => subscribes) && { subscribe: true }),
        },
      }),
      ...(some(({ completes }) => completes) && { completions: {} }),
      ...(some(({ logs }) => logs) && { logging: {} }),
    },
    ...(instructions !== '' && { instructions }),
  }
}

const greetingOf = ({ greeting }: Upstream) => greeting.discover ?? greeting.initialize

const has = (upstream: Upstream | undefined, capability: string): boolean => {
  const capabilities = upstream && greetingOf(upstream)?.capabilities
  return isObject(capabilities) && capabilities[capability] !== undefined
}

/** Characters that a model reads at each beginning: of one server, and of all. */
const mostOfOne = 2000
const mostOfAll = 16_000

const instructionsOf = (server: string, upstream: Upstream | undefined): string => {
  const greeting = upstream && greetingOf(upstream)
  if (!greeting) return ''
  let told = known.get(greeting)
  if (told === undefined) {
    told = attributed(server, greeting.instructions)
    known.set(greeting, told)
  }
  return told
}
const known = new WeakMap<object, string>()

/**
 * A server's instructions under its name, each line marked as its own, so that none can speak as
 * another or as the gateway. Nobody has released them, so those that a reviewer would be warned of
 * are not passed on.
 */
const attributed = (server: string, text: unknown): string => {
  if (typeof text !== 'string' || text.trim() === '') return ''
  const shown = text.slice(0, mostOfOne).toWellFormed()
  const definition = { description: shown }
  const findings = scanDefinition({ kind: 'prompt', name: server, definition })
  if (findings.some(({ severity }) => severity === 'serious')) return ''
  const lines = shown.split(/\r\n|[\r\n\u2028\u2029]/u).map((line) => `> ${line}`)
  return [`The server ${server} says of itself:`, ...lines].join('\n')
}

const together = (all: readonly string[]): string => {
  let [text, left] = ['', mostOfAll]
  for (const one of all) {
    if (one === '' || one.length > left) continue
    text += text === '' ? one : `\n\n${one}`
    left -= one.length
  }
  return text
}
