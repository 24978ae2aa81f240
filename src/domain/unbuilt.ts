/**
 * What the documents of later versions have and this one does not build. It is refused by name, never
 * accepted and ignored: a grant whose condition is ignored permits too much.
 */

/** Kinds, and what each would have done here. */
export const unbuiltKinds: ReadonlyMap<string, string> = new Map([
  ['Alarm', 'nobody would be told'],
  ['Channel', 'nobody would be told'],
  ['Sink', 'nothing would be sent'],
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

export const unbuiltKeys: readonly UnbuiltKey[] = [
  ...keys('Plane', [['cors']], 'nothing would follow it'),
  ...keys('Server', [['upstream', 'openapi']], 'what has an OpenAPI document is an API'),
  ...keys('Rule', [['otherwise', 'hold']], 'nobody would be asked; write deny'),
  ...keys(
    'Grant',
    [
      ['quota', 'hour'],
      ['quota', 'month'],
    ],
    'a window that is not counted bounds nothing',
  ),
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
]

function keys(kind: string, paths: readonly string[][], because: string): UnbuiltKey[] {
  return paths.map((path) => ({ kind, path, because }))
}
