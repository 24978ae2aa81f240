import {
  type Entry,
  type Fields,
  type Given,
  isFields,
  pathOf,
  type Reach,
  textIn,
} from './entry.ts'

/**
 * Servers as the MCP registry describes them (`server.json`, schemas until 2025-12-11): one by itself,
 * as an answer of the registry API, or a page of them. Undefined where the file is something else.
 */
export const readServerJson = (file: Fields): Entry[] | undefined => {
  const { servers } = file
  if (Array.isArray(servers)) {
    const entries = servers.flatMap((one, at) =>
      isFields(one) ? (read(one, ['servers', at]) ?? []) : [],
    )
    return entries.length > 0 ? entries : undefined
  }
  const one = read(file, [])
  return one && [one]
}

type Steps = readonly (string | number)[]

const read = (found: Fields, steps: Steps): Entry | undefined => {
  if (isFields(found.server)) return read(found.server, [...steps, 'server'])
  const name = textIn(found, 'name')
  if (name === undefined || !name.includes('/')) return undefined
  const remotes = listIn(found, 'remotes', steps)
  const packages = listIn(found, 'packages', steps)
  if (remotes.length + packages.length === 0 && textIn(found, 'version') === undefined)
    return undefined
  const repository = isFields(found.repository) ? textIn(found.repository, 'url') : undefined
  return {
    name: name.split('/').at(-1) ?? name,
    at: pathOf(...steps) || 'the file',
    title: textIn(found, 'title'),
    description: textIn(found, 'description'),
    documentation: textIn(found, 'websiteUrl') ?? repository,
    ...reachOf(remotes, packages),
  }
}

interface Placed {
  readonly fields: Fields
  readonly steps: Steps
}

const listIn = (fields: Fields, name: string, steps: Steps): Placed[] => {
  const list = fields[name]
  return Array.isArray(list)
    ? list.flatMap((one, at) =>
        isFields(one) ? [{ fields: one, steps: [...steps, name, at] }] : [],
      )
    : []
}

/** What answers at a URL needs no program here, so that comes first. */
const reachOf = (
  remotes: readonly Placed[],
  packages: readonly Placed[],
): Pick<Entry, 'reach' | 'notes'> => {
  const remote = remotes.find(({ fields }) => fields.type === 'streamable-http')
  const others = remotes.length + packages.length - 1
  const notes = others > 0 ? [`is offered in ${others} more way${others > 1 ? 's' : ''}`] : []
  if (remote) return { reach: remoteOf(remote), notes }
  const [first] = packages
  if (first) return { reach: programOf(first), notes }
  const because = 'it has no package, and no remote that speaks streamable HTTP'
  return { reach: { how: 'none', because }, notes: [] }
}

const remoteOf = (remote: Placed): Reach => {
  const { filled: url, missing } = fill(textIn(remote.fields, 'url') ?? '', remote.fields.variables)
  if (missing.length > 0)
    return { how: 'none', because: `its URL needs ${missing.join(', ')}, which only you can say` }
  return { how: 'url', url, at: pathOf(...remote.steps, 'url'), headers: inputs(remote, 'headers') }
}

const programOf = (found: Placed): Reach => {
  const { fields } = found
  const identifier = textIn(fields, 'identifier')
  const usual = usually[textIn(fields, 'registryType', 'registry_type') ?? '']
  if (identifier === undefined || !usual)
    return { how: 'none', because: 'its package is of a kind that no command is known for' }
  const version = textIn(fields, 'version')
  const whole = version === undefined ? identifier : `${identifier}${usual.joint}${version}`
  const fixed = (text: string): Given => ({ name: undefined, text, at: pathOf(...found.steps) })
  const [command = '', ...options] = usual.command
  return {
    how: 'program',
    command: textIn(fields, 'runtimeHint', 'runtime_hint') ?? command,
    arguments: [
      ...options.map(fixed),
      ...inputs(found, 'runtimeArguments', 'runtime_arguments'),
      fixed(whole),
      ...inputs(found, 'packageArguments', 'package_arguments'),
    ],
    environment: inputs(found, 'environmentVariables', 'environment_variables'),
    folder: undefined,
  }
}

/** How a package is started, with its version, so that no other one is. */
const usually: Readonly<Record<string, { command: readonly string[]; joint: string }>> = {
  npm: { command: ['npx', '-y'], joint: '@' },
  pypi: { command: ['uvx'], joint: '==' },
  nuget: { command: ['dnx', '--yes'], joint: '@' },
  oci: { command: ['docker', 'run', '-i', '--rm'], joint: ':' },
}

/** Headers, variables and arguments are one form: a value, or what whoever runs it is asked for. */
const inputs = ({ fields, steps }: Placed, ...names: readonly string[]): Given[] => {
  const name = names.find((one) => Array.isArray(fields[one]))
  if (name === undefined) return []
  return listIn(fields, name, steps).map((one) => inputOf(one.fields, pathOf(...one.steps)))
}

const inputOf = (input: Fields, at: string): Given => {
  const name = textIn(input, 'name') ?? textIn(input, 'valueHint', 'value_hint')
  const variables = isFields(input.variables) ? input.variables : {}
  const isSecret = [input, ...Object.values(variables)].some(
    (one) => isFields(one) && (one.isSecret === true || one.is_secret === true),
  )
  const own = textIn(input, 'value', 'default')
  const isFlag = input.type === 'named' && own === undefined && input.isRequired !== true
  if (isFlag && !isSecret) return { name, text: name ?? '', at }
  const { filled } = fill(own ?? `{${name ?? 'value'}}`, variables)
  return {
    name,
    text: filled,
    at,
    ...(input.type === 'named' && { before: `${name}=` }),
    ...(isSecret && { isSecret }),
  }
}

/** `{curly}` names are replaced where the file itself says by what. */
const fill = (template: string, variables: unknown): { filled: string; missing: string[] } => {
  const missing: string[] = []
  const filled = template.replace(/\{([\w.-]+)\}/g, (whole, name: string) => {
    const variable =
      isFields(variables) && Object.hasOwn(variables, name) ? variables[name] : undefined
    const value = isFields(variable) ? textIn(variable, 'value', 'default') : undefined
    if (value === undefined) missing.push(name)
    return value ?? whole
  })
  return { filled, missing }
}
