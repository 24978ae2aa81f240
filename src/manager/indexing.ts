import type { Capability } from '#domain/capability.ts'
import { indexedNames, isPersonal } from '#domain/personal.ts'
import { argumentOf, type CallFilter, isOf, isOfArgument, type Term } from '#ledger/filter.ts'
import type { CallRecord } from '#ledger/ledger.ts'
import { Fault } from '#lib/fault.ts'
import { didYouMean } from '#lib/nearest.ts'
import { type ArgumentNames, argumentNames } from '#mcp/arguments.ts'
import { matchTemplate } from '#mcp/template.ts'

/** What the entries of calls say of their arguments, by what the registry knows of those who were called. */
export interface Indexing {
  /**
   * Throws Fault('not_indexed') where a filter asks for an argument that something it selects takes
   * and whose values are not recorded now, or that nothing it selects takes.
   */
  check(filter: CallFilter): void
  /** Throws Fault('not_indexed') where entries hold hashes of what is to be counted by its values. */
  checkCounted(argument: string, filter: CallFilter): void
  /** See `CallsSought`: what is not known any more may have taken whatever it was given. */
  takes(record: CallRecord, argument: string): boolean
  /** The same of calls of what takes it as a personal one now, and of no others. */
  takesPersonal(record: CallRecord, argument: string): boolean
  /** Arguments that are personal somewhere, in order of their names. */
  personal(): PersonalArgument[]
}

export interface PersonalArgument {
  readonly argument: string
  /** SERVER/NAME of what is recorded with a hash of it. */
  readonly capabilities: readonly string[]
  /** What else takes an argument of that name: of which entries say nothing, or what was given. */
  readonly others: readonly string[]
}

/** `offered`: what each server has; `servers`: those that whoever asks may ask about. */
export const createIndexing = (about: {
  plane: string
  servers: readonly string[]
  offered(server: string): readonly Capability[]
}): Indexing => {
  const shelves = new Map<string, Shelf>()
  const shelfOf = (server: string): Shelf => {
    const known = shelves.get(server) ?? createShelf(about.offered(server))
    shelves.set(server, known)
    return known
  }

  const check = (filter: CallFilter): void => {
    const asked = filter.terms.filter(isOfArgument).map(({ field }) => argumentOf(field))
    if (asked.length === 0) return
    const named = namedIn(filter)
    const selected = about.servers.flatMap((server) =>
      shelfOf(server).families.filter((one) => isSelected(filter, one)),
    )
    for (const name of named) checkNamed(about.plane, name, selected)
    for (const argument of new Set(asked)) checkArgument(argument, selected, named.length > 0)
  }

  const checkCounted = (argument: string, filter: CallFilter): void => {
    const hashed = about.servers
      .flatMap((server) => shelfOf(server).families)
      .find((one) => isSelected(filter, one) && one.personal.has(argument))
    if (hashed) throw uncountable(argument, hashed)
  }

  return {
    check,
    checkCounted,
    takes(record, argument) {
      const families = shelfOf(record.server).called(record)
      // Nothing of that name was ever known here: whoever called it got nothing.
      if (families.length === 0) return record.decision === 'permitted'
      return families.some(({ names, others }) => names.has(argument) || others)
    },
    takesPersonal: (record, argument) =>
      shelfOf(record.server)
        .called(record)
        .some(({ personal }) => personal.has(argument)),
    personal() {
      const all = about.servers.flatMap((server) => shelfOf(server).families)
      const names = new Set(all.flatMap(({ personal }) => [...personal]))
      return [...names].sort().map((argument) => ({
        argument,
        capabilities: all.filter(({ personal }) => personal.has(argument)).map(nameOf),
        others: all.filter((one) => takesOtherwise(one, argument)).map(nameOf),
      }))
    },
  }
}

/**
 * A capability with whatever else it stands for, whose index its calls are recorded by too: a variant
 * for what it is derived from, a URI for every template that it fits.
 */
interface Family extends ArgumentNames {
  readonly capability: Capability
  readonly indexed: ReadonlySet<string>
  /** Of them, those of which entries hold hashes. */
  readonly personal: ReadonlySet<string>
}

interface Shelf {
  readonly families: readonly Family[]
  called(record: Pick<CallRecord, 'kind' | 'name' | 'template'>): readonly Family[]
}

const keyOf = (kind: string, name: string): string => `${kind} ${name}`

const createShelf = (capabilities: readonly Capability[]): Shelf => {
  const byKey = new Map(capabilities.map((one) => [keyOf(one.kind, one.name), one]))
  const templates = capabilities.filter(({ kind }) => kind === 'template')
  const fitting = (uri: string) => templates.filter(({ name }) => matchTemplate(name, uri))
  const others = ({ kind, name, classification }: Capability): Capability[] => {
    const base = byKey.get(keyOf(kind, classification?.variantOf ?? ''))
    return [...(base ? [base] : []), ...(kind === 'resource' ? fitting(name) : [])]
  }
  const families = new Map(
    capabilities.map((one) => [keyOf(one.kind, one.name), familyOf(one, others(one))]),
  )
  const find = (kind: string, name: string): Family[] => {
    const found = families.get(keyOf(kind, name))
    return found ? [found] : []
  }
  return {
    families: [...families.values()],
    called({ kind, name, template }) {
      const exact = find(kind, name)
      if (exact.length > 0 || (kind !== 'resource' && kind !== 'template')) return exact
      if (template !== undefined) return find('template', template)
      return fitting(name).flatMap((one) => find('template', one.name))
    },
  }
}

const familyOf = (capability: Capability, others: readonly Capability[]): Family => {
  const all = [capability, ...others]
  const taken = all.map(({ kind, definition }) => argumentNames(kind, definition))
  const classifications = all.flatMap(({ classification }) => classification ?? [])
  const indexed = classifications.flatMap(indexedNames)
  return {
    capability,
    names: new Set(taken.flatMap(({ names }) => [...names])),
    others: taken.some((one) => one.others),
    indexed: new Set(indexed),
    personal: new Set(
      indexed.filter((name) => classifications.some((one) => isPersonal(one, name))),
    ),
  }
}

const nameOf = ({ capability: { server, name } }: Family): string => `${server}/${name}`

/** Nobody can call what nobody has classified. */
const takesOtherwise = (one: Family, argument: string): boolean =>
  one.capability.classification !== undefined &&
  (one.names.has(argument) || one.indexed.has(argument)) &&
  !one.personal.has(argument)

const namedIn = ({ terms }: CallFilter): readonly string[] =>
  terms.flatMap(({ field, values, not }) => (field === 'capability' && !not ? values : []))

/** By what is known of a capability before it is called; what only a call can say may hold. */
const isSelected = ({ terms }: CallFilter, { capability }: Family): boolean =>
  terms.every((term) => !isAboutCapability(term) || isHeld(term, capability) !== term.not)

const isAboutCapability = ({ field }: Term): boolean =>
  field === 'server' || field === 'capability' || field === 'kind'

const isHeld = ({ field, values }: Term, { server, kind, name }: Capability): boolean => {
  // A template is called as the resources that fit it.
  const called = kind === 'template' ? 'resource' : kind
  if (field === 'server') return values.includes(server)
  if (field === 'kind') return values.includes(kind) || values.includes(called)
  return values.some((value) => isOf(value, { server, kind: called, name, template: undefined }))
}

const checkNamed = (plane: string, name: string, selected: readonly Family[]): void => {
  const term = { field: 'capability', values: [name], not: false } as const
  if (selected.some(({ capability }) => isHeld(term, capability))) return
  throw new Fault('unknown_name', {
    detail: `There is no ${name} in plane ${plane} now, so that nothing is known of its arguments.`,
  })
}

const checkArgument = (argument: string, selected: readonly Family[], areNamed: boolean): void => {
  // Nobody can call what nobody has classified.
  const taking = selected.filter(
    ({ capability, names }) => areNamed || (capability.classification && names.has(argument)),
  )
  const silent = taking.find(({ indexed }) => !indexed.has(argument))
  if (silent) throw unrecorded(argument, silent)
  if (taking.length > 0) return
  const known = new Set(selected.flatMap(({ indexed }) => [...indexed]))
  throw new Fault('not_indexed', {
    detail: `Nothing that this asks about takes an argument "${argument}"${didYouMean(argument, known) || '.'}`,
  })
}

const unrecorded = (argument: string, { capability, names, others }: Family): Fault => {
  const what = `${capability.server}/${capability.name}`
  if (!names.has(argument) && !others)
    return new Fault('not_indexed', {
      detail: `${what} takes no argument "${argument}"${didYouMean(argument, names) || '.'}`,
    })
  return new Fault('not_indexed', {
    detail: `What ${what} is called with as ${argument} is not recorded.`,
    fix: `classify it with index: [${argument}], or leave it out: --where 'capability!=${what}'`,
  })
}

const uncountable = (argument: string, { capability }: Family): Fault =>
  new Fault('not_indexed', {
    detail: `What ${capability.server}/${capability.name} is called with as ${argument} is personal: entries hold a hash of it, another one for each subject and month, so that its values are not counted.`,
    fix: `ask for one value, --where 'arg.${argument}=VALUE', and count by another field`,
  })
