/**
 * What the documents of later versions have and this one does not build. It is refused by name, never
 * accepted and ignored: a grant whose condition is ignored permits too much.
 */

/** Kinds, and what each would have done here. */
export const unbuiltKinds: ReadonlyMap<string, string> = new Map([
  ['Issuer', "tokens of the plane's own issuer are the only ones accepted"],
  ['AgentGroup', 'write one Grant for each agent'],
  ['API', 'only MCP servers stand behind the gateway'],
  ['Rule', 'what its rule would have refused, the grants would permit'],
  ['Alarm', 'nobody would be told'],
  ['Channel', 'nobody would be told'],
  ['Sink', 'nothing would be sent'],
  ['PolicyTest', 'it would never run'],
])

export interface UnbuiltKey {
  readonly kind: string
  /** `*` stands for any key or place in a list. */
  readonly path: readonly string[]
  /** Values that are not built, where others of the same key are; undefined where the whole key is not. */
  readonly values?: readonly string[]
  /** What would come of ignoring it. */
  readonly because: string
}

const classified = ['tools', 'prompts', 'resources']

export const unbuiltKeys: readonly UnbuiltKey[] = [
  ...keys('Plane', [['namespace'], ['cors']], 'nothing would follow it'),
  ...keys(
    'Server',
    [['require']],
    'calls would be let in that its owner wants to be authenticated better',
  ),
  ...keys('Server', [['upstream', 'openapi']], 'only MCP servers stand behind the gateway'),
  ...keys(
    'Server',
    classified.flatMap((member) => [
      [member, '*', 'variantOf'],
      [member, '*', 'remove'],
      [member, '*', 'mask'],
    ]),
    'fields that should be hidden would be shown',
  ),
  ...keys('Agent', [['claims']], 'conditions on them are not built either'),
  ...keys(
    'Agent',
    ['jwks', 'issuer', 'subject'].map((key) => ['authenticate', key]),
    'the agent could not sign in by it; write { secret: true }',
  ),
  ...keys('Grant', [['when']], 'a grant with an ignored condition would permit too much'),
  ...keys('Grant', [['quota']], 'a grant with an ignored bound would permit too much'),
  ...keys(
    'Quota',
    [
      ['allow', 'hour'],
      ['allow', 'month'],
    ],
    'a window that is not counted bounds nothing',
  ),
  {
    kind: 'Quota',
    path: ['per'],
    values: ['consumer', 'tool', 'capability', 'user', 'plane', 'server', 'run'],
    because: 'quotas are counted per agent',
  },
  ...keys(
    'Grant',
    [
      ['allow', '*', 'api'],
      ['allow', '*', 'operations'],
    ],
    'only MCP servers stand behind the gateway',
  ),
  ...keys(
    'Quota',
    [
      ['over', '*', 'api'],
      ['over', '*', 'operations'],
    ],
    'only MCP servers stand behind the gateway',
  ),
]

function keys(kind: string, paths: readonly string[][], because: string): UnbuiltKey[] {
  return paths.map((path) => ({ kind, path, because }))
}
