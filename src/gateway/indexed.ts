import type { Capability } from '#domain/capability.ts'
import { type Indexed, indexedOf, type PersonalTexts, splitPersonal } from '#domain/indexed.ts'
import { indexedNames, isPersonal } from '#domain/personal.ts'
import type { CapabilityClass } from '#domain/selector.ts'
import { isObject } from '#mcp/messages.ts'
import { matchTemplate } from '#mcp/template.ts'
import type { CallerView } from '#policy/policy.ts'
import type { CallAsk } from './exchange.ts'
import type { Target } from './target.ts'

/** What an entry says of what was called, and of its arguments besides their size. */
export interface SaidOfCapability extends Indexed {
  readonly template?: string
  readonly class?: CapabilityClass
}
interface Said {
  readonly said: SaidOfCapability
  /** What the entry holds hashes of alone. */
  readonly personal: PersonalTexts | undefined
}
type Given = Readonly<Record<string, unknown>>

/**
 * Of whatever is called by that name, so that a call which was refused says the same as one that was
 * permitted. A URI may be a resource and fit templates besides: it gives the variables of them all.
 */
export const sayCapability = (
  { ask, target, view }: { ask: CallAsk; target: Target; view: CallerView },
  decided?: Capability,
): Said => {
  const called = view.called(target)
  const by = decided ?? called[0]
  const names = called.flatMap(({ classification }) => indexedNames(classification))
  const ofClass = by?.classification?.class
  const said = {
    ...(ofClass && { class: ofClass }),
    ...(by?.kind === 'template' && by.name !== target.name && { template: by.name }),
  }
  if (names.length === 0) return { said, personal: undefined }
  const indexed = indexedOf(names, { ...givenIn(ask), ...variablesOf(called, target) })
  if (!names.some((name) => isPersonalTo(called, name)))
    return { said: { ...said, ...indexed }, personal: undefined }
  const { plain, personal } = splitPersonal(indexed, (name) => isPersonalTo(called, name))
  return { said: { ...said, ...plain }, personal }
}

/** To one of what is called by that name: what is plain by the others is not told either. */
const isPersonalTo = (called: readonly Capability[], name: string): boolean =>
  called.some(({ classification }) => classification && isPersonal(classification, name))

/** Where two templates that fit give one variable two values, it is the first one's. */
const variablesOf = (called: readonly Capability[], { name }: Target): Given => {
  const templates = called.filter(({ kind }) => kind === 'template')
  const variables = templates.flatMap((one) => [...(matchTemplate(one.name, name) ?? [])])
  return Object.fromEntries(variables.reverse())
}

const givenIn = (ask: CallAsk): Given => {
  if (ask.era === 'rest') return ask.args ?? {}
  const { method, params } = ask
  switch (method) {
    case 'tools/call':
    case 'prompts/get':
      return objectOf(params.arguments)
    case 'completion/complete': {
      // Those that are settled, and the one that is being typed.
      const { name, value } = objectOf(params.argument)
      const settled = objectOf(objectOf(params.context).arguments)
      return typeof name === 'string' ? { ...settled, [name]: value } : settled
    }
    default:
      return {}
  }
}

const objectOf = (value: unknown): Given => (isObject(value) ? value : {})
