import type { Capability } from '#domain/capability.ts'
import { wrapUri } from '#domain/plane-uri.ts'
import { isObject } from '#mcp/messages.ts'
import { writtenAtPlane } from './target.ts'

/** A capability as it is listed at an endpoint. */
export interface Listed {
  readonly capability: Capability
  /** What it is called there. */
  readonly key: string
  readonly isDeprecated: boolean
  /** Written when it is asked for: of a long list a page is. */
  definition(): Capability['definition']
}

export const listedAs = (
  capability: Capability,
  about: { atPlane: boolean; isDeprecated: boolean; beginsTasks: boolean },
): Listed => {
  const { atPlane, isDeprecated } = about
  const { server, kind, name } = capability
  const key = atPlane ? writtenAtPlane(server, kind, name) : name
  return {
    capability,
    key,
    isDeprecated,
    definition() {
      const named = atPlane ? atPlaneAs(key, capability) : capability.definition
      const its = about.beginsTasks ? named : withoutTasks(named)
      return isDeprecated ? deprecated(its) : its
    },
  }
}

const members = {
  tool: 'name',
  operation: 'name',
  prompt: 'name',
  resource: 'uri',
  template: 'uriTemplate',
} as const

const atPlaneAs = (key: string, { server, kind, definition }: Capability) => ({
  ...definition,
  [members[kind]]: key,
  ...withInterface(server, definition._meta),
})

/** Where no task is begun none is offered (2025-11-25, basic/utilities/tasks). */
const withoutTasks = (definition: Capability['definition']): Capability['definition'] => {
  const { execution, ...rest } = definition
  if (!isObject(execution)) return definition
  const { taskSupport: _tasks, ...kept } = execution
  return Object.keys(kept).length === 0 ? rest : { ...rest, execution: kept }
}

/** MCP Apps: which resource a host shows for a tool, in either of its spellings. */
const withInterface = (server: string, meta: unknown): { _meta?: object } => {
  if (!isObject(meta)) return {}
  const { ui, [flatKey]: flat } = meta
  const nested = isObject(ui) && typeof ui.resourceUri === 'string' ? ui.resourceUri : undefined
  if (nested === undefined && typeof flat !== 'string') return {}
  return {
    _meta: {
      ...meta,
      ...(nested !== undefined && isObject(ui)
        ? { ui: { ...ui, resourceUri: wrapUri(server, nested) } }
        : {}),
      ...(typeof flat === 'string' ? { [flatKey]: wrapUri(server, flat) } : {}),
    },
  }
}
const flatKey = 'ui/resourceUri'

/**
 * For hosts and for people, beside the definition: what a model reads stays as it was released (MCP
 * 2025-11-25, basic §_meta).
 */
const deprecated = (definition: Capability['definition']): Capability['definition'] => ({
  ...definition,
  _meta: { ...(isObject(definition._meta) ? definition._meta : {}), [lifeCycleKey]: 'deprecated' },
})
const lifeCycleKey = 'dev.bailiwick/lifeCycle'
