import { bridgedTo, givenArguments } from './arguments.ts'
import {
  type Entry,
  type Fields,
  type Given,
  isFields,
  keyIn,
  pathOf,
  type Reach,
  textIn,
} from './entry.ts'

/**
 * Where clients keep their servers: `mcpServers` (Claude, Cursor, Windsurf, Gemini, Copilot and most
 * others), `servers` and `mcp.servers` (VS Code), `context_servers` (Zed), `mcp` (opencode).
 */
const places: readonly (readonly string[])[] = [
  ['mcpServers'],
  ['servers'],
  ['mcp', 'servers'],
  ['mcp', 'mcpServers'],
  ['context_servers'],
  ['mcp'],
]

/** The servers in a client's configuration file; undefined where it is none. */
export const readClientFile = (file: Fields): Entry[] | undefined => {
  const maps = [...places, ...projectPlaces(file)].flatMap((steps) => {
    const map = steps.reduce<unknown>((value, step) => member(value, step), file)
    return isFields(map) ? [{ steps, map }] : []
  })
  const found = maps.flatMap(({ steps, map }) =>
    Object.entries(map)
      .filter(([, server]) => isFields(server) && isServer(server))
      .map(([name, server]) => readServer(name, server as Fields, [...steps, name])),
  )
  const isClients = maps.some(({ steps }) => steps.at(-1) !== 'mcp')
  return found.length > 0 || isClients ? found : undefined
}

/** Claude Code keeps those of each folder apart, beside those of the user. */
const projectPlaces = (file: Fields): string[][] => {
  const projects = member(file, 'projects')
  return isFields(projects)
    ? Object.keys(projects).map((one) => ['projects', one, 'mcpServers'])
    : []
}

const member = (value: unknown, name: string): unknown =>
  isFields(value) && Object.hasOwn(value, name) ? value[name] : undefined

const isServer = (server: Fields): boolean =>
  ['command', 'url', 'serverUrl', 'httpUrl', 'type'].some((key) => Object.hasOwn(server, key))

const readServer = (name: string, server: Fields, steps: readonly string[]): Entry => {
  const notes = [
    ...(server.disabled === true || server.enabled === false
      ? ['is switched off in the file']
      : []),
    ...(textIn(server, 'envFile') ? ['reads more variables from its envFile'] : []),
    ...(isFields(server.oauth) || isFields(server.auth)
      ? ['signs in by OAuth in the client, which is not carried over']
      : []),
  ]
  return { name, at: pathOf(...steps), title: name, reach: reachOf(server, steps), notes }
}

const reachOf = (server: Fields, steps: readonly string[]): Reach => {
  const key = keyIn(server, 'url', 'serverUrl', 'httpUrl')
  if (key === undefined) return programOf(server, steps)
  if (server.type === 'sse')
    return { how: 'none', because: 'it speaks HTTP with SSE, which streamable HTTP has replaced' }
  const headers = pairs(server.headers, [...steps, 'headers'])
  return { how: 'url', url: String(server[key]), at: pathOf(...steps, key), headers }
}

const programOf = (server: Fields, steps: readonly string[]): Reach => {
  const { command, path, args } = commandOf(server)
  const at = Array.isArray(server.command) ? 'command' : 'args'
  if (command === undefined || !args.every((one) => typeof one === 'string'))
    return { how: 'none', because: 'it has neither a url nor a command with arguments of text' }
  const given = givenArguments(args, pathOf(...steps, ...path, at))
  const environment = pairs(server.env ?? server.environment, [
    ...steps,
    ...path,
    server.env === undefined ? 'environment' : 'env',
  ])
  const bridged = bridgedTo(command, given)
  if (bridged) return { how: 'url', ...bridged, headers: filled(bridged.headers, environment) }
  const folder = textIn(server, 'cwd')
  return { how: 'program', command, arguments: given, environment, folder }
}

/** `"npx"` with `args`, a list of both (opencode), or an object of both (Zed). */
const commandOf = (server: Fields): { command?: string; path: string[]; args: unknown[] } => {
  const { command } = server
  const args = (list: unknown): unknown[] =>
    Array.isArray(list) ? list : list === undefined ? [] : [list]
  if (Array.isArray(command)) {
    const [first, ...rest] = command
    return typeof first === 'string'
      ? { command: first, path: [], args: [...rest] }
      : { path: [], args: [] }
  }
  if (isFields(command)) {
    const path = textIn(command, 'path')
    return {
      ...(path !== undefined && { command: path }),
      path: ['command'],
      args: args(command.args),
    }
  }
  const text = textIn(server, 'command')
  return { ...(text !== undefined && { command: text }), path: [], args: args(server.args) }
}

/** `{ "Name": "value" }`, or the lines of headers as some write them. */
const pairs = (value: unknown, steps: readonly string[]): Given[] => {
  if (Array.isArray(value))
    return value.flatMap((line, index) => {
      const [, name, text] = /^([\w-]+): *(.*)$/s.exec(String(line)) ?? []
      return name === undefined || text === undefined
        ? []
        : [{ name, text, at: pathOf(...steps, index) }]
    })
  if (!isFields(value)) return []
  return Object.entries(value)
    .filter(([, text]) => text !== null && typeof text !== 'object')
    .map(([name, text]) => ({ name, text: String(text), at: pathOf(...steps, name) }))
}

/** A header that names a variable of the same entry holds what the variable holds. */
const filled = (headers: readonly Given[], environment: readonly Given[]): Given[] =>
  headers.map((header) => {
    const [reference = '', name] = /\$\{(\w+)\}/.exec(header.text) ?? []
    const variable = environment.find((one) => one.name === name)
    if (!variable) return header
    return { ...header, text: header.text.replace(reference, () => variable.text), at: variable.at }
  })
