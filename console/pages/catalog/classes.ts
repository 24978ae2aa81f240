import type { Answer } from '../../api/client.ts'

export type ItemAnswer = Answer<'get', '/api/v1/planes/{plane}/status/servers/{name}'>
export type Capability = ItemAnswer['capabilities'][number]
export type ServerDocument = Answer<'get', '/api/v1/planes/{plane}/servers/{name}'>
export type ApiDocument = Answer<'get', '/api/v1/planes/{plane}/apis/{name}'>
export type ItemDocument = ServerDocument | ApiDocument

export const classes = ['read', 'write', 'destructive'] as const
export type Class = (typeof classes)[number]
/** What a person has chosen and not published yet; `unclassified` takes the class away. */
export type Choice = Class | 'unclassified'
export type Choices = ReadonlyMap<string, Choice>

export const keyOf = ({ kind, name }: Pick<Capability, 'kind' | 'name'>): string =>
  `${kind}/${name}`

/** What may be accepted in one go: sure, not destructive, and nothing in the text that should be read first. */
export const isPlain = ({ suggestion, findings }: Capability): boolean =>
  suggestion?.class !== undefined &&
  suggestion.class !== 'destructive' &&
  !findings.some(({ severity }) => severity === 'serious')

export interface Group {
  readonly class: Class
  readonly all: readonly Capability[]
  /** Of which nobody has chosen a class yet. */
  readonly left: readonly Capability[]
}

/** What nobody has classified, by what is suggested; the rest is for one by one. */
export const groupsOf = (
  rows: readonly Capability[],
  choices: Choices,
): { readonly groups: readonly Group[]; readonly oneByOne: readonly Capability[] } => {
  const open = rows.filter(isOpen)
  const groups = (['read', 'write'] as const).map((its) => {
    const all = open.filter((one) => isPlain(one) && one.suggestion?.class === its)
    return { class: its, all, left: all.filter((one) => !choices.has(keyOf(one))) }
  })
  const oneByOne = open.filter((one) => !isPlain(one) && !choices.has(keyOf(one)))
  return { groups: groups.filter(({ all }) => all.length > 0), oneByOne }
}

export const isOpen = ({ class: its, state }: Capability): boolean =>
  its === 'unclassified' && state !== 'absent'

/** Choices that say something else than what stands. */
export const choose = (before: Choices, rows: readonly Capability[], choice: Choice): Choices => {
  const next = new Map(before)
  for (const row of rows)
    if (row.class === choice) next.delete(keyOf(row))
    else next.set(keyOf(row), choice)
  return next
}

type Member = 'tools' | 'prompts' | 'resources' | 'operations'
const memberOf: Readonly<Record<Capability['kind'], Member>> = {
  tool: 'tools',
  prompt: 'prompts',
  resource: 'resources',
  template: 'resources',
  operation: 'operations',
}

type Classified = NonNullable<ServerDocument['tools']>

/** The document with the classes that were chosen; scopes, labels and whatever else it says stay. */
export const withClasses = <D extends ItemDocument>(document: D, choices: Choices): D => {
  const next: Record<string, unknown> = { ...document }
  for (const [key, choice] of choices) {
    const [kind = ''] = key.split('/', 1)
    const name = key.slice(kind.length + 1)
    const member = memberOf[kind as Capability['kind']]
    const { [name]: before, ...others } = (next[member] ?? {}) as Classified
    next[member] =
      choice === 'unclassified' ? others : { ...others, [name]: { ...before, class: choice } }
  }
  return next as D
}
