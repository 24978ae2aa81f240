/**
 * The closed set of entries: whatever an entry holds beyond its row, or lacks of it, is a change. A
 * field is a text; with `#` an integer, with `*` a list of texts; behind `?` it may be absent. Where
 * `arg.*` stands, indexed arguments may: a text, null or true. Every entry has `at#`, `plane`, `type`
 * and `v#`, which is 1. docs/ledger-entries.md is made of this table.
 */
export const entryTable = `
call.intent agent apiKey? argumentBytes# argumentsCommit? argumentsSealed? call class? client consumer credential data*? definition era grant kind masked*? method name quotas* record? revision# round#? run? server task? template? trace? user? arg.*
call.outcome call code eventBytes#? masked*? ms# resultBytes# resultCommit? resultRecorded#? resultSealed? status
call.refused agent apiKey? argumentBytes# because call class? client consumer kind method name quota? reason revision# rule? run? server station template? trace? user? arg.*
call.refused.count agent apiKey? because class? client consumer count# from# kind method name quota? reason rule? server station template? to# user? arg.*
unauthenticated.count count# from# reason to#
token.issued audience binding? by client expiresAt# run? scopes* thumbprint? token user?
token.refused.count count# from# reason to#
api-key.issued apiKey by client endsAt# label revision# scopes* why
api-key.revoked apiKey by client revision# why
person.signed-in acr? endsAt# issuer? label person token
person.signed-out by person token
person.changed by done person role
sign-in.refused.count count# from# reason to#
policy.changed by revision# set summary why?
ledger.open orphans# version
ledger.close orphans# version
ledger.gap from# problem refused# to#
ledger.key before publicKey
ledger.broken by checkpoints* generation# problem why
ledger.exported by from# to# with*
ledger.erased by keys# periods* revision# subject why
ledger.pruned bodies#? from# payloads# retain to#
find.asked argument by since#? until#? why
find.key by why
payload.read by call why
`

type Is = 'text' | 'integer' | 'texts'
interface Shape {
  readonly fields: ReadonlyMap<string, { readonly is: Is; readonly optional: boolean }>
  readonly required: number
  readonly takesArguments: boolean
}

const always = ['at#', 'plane', 'type', 'v#']

const readField = (written: string): [string, { is: Is; optional: boolean }] => {
  const [, name = '', mark, optional] = /^([A-Za-z]+)([#*]?)(\??)$/.exec(written) ?? []
  const is = mark === '#' ? 'integer' : mark === '*' ? 'texts' : 'text'
  return [name, { is, optional: optional === '?' }]
}

const readRow = (row: string): [string, Shape] => {
  const [type = '', ...written] = row.split(' ')
  const fields = new Map([...always, ...written.filter((one) => one !== 'arg.*')].map(readField))
  const required = [...fields.values()].filter(({ optional }) => !optional).length
  return [type, { fields, required, takesArguments: written.includes('arg.*') }]
}

const shapes: ReadonlyMap<string, Shape> = new Map(entryTable.trim().split('\n').map(readRow))

export const entryTypes: readonly string[] = [...shapes.keys()]

/** An entry that has the shape of its type. */
export interface Shaped {
  readonly type: string
  readonly at: number
  readonly plane: string
  readonly [field: string]: unknown
}

/** Undefined where the value is an entry; else the first thing that is wrong with it. */
export const shapeProblem = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not an object'
  const entry = value as Record<string, unknown>
  const shape = typeof entry.type === 'string' ? shapes.get(entry.type) : undefined
  if (shape === undefined) return `no type of entry that is known: ${JSON.stringify(entry.type)}`
  if (entry.v !== 1) return 'not of version 1'
  let required = 0
  for (const name in entry) {
    const field = shape.fields.get(name)
    if (field === undefined) {
      if (shape.takesArguments && isArgument(name, entry[name])) continue
      return `a field that ${entry.type} does not have: ${JSON.stringify(name)}`
    }
    if (!fits(field.is, entry[name])) return `${name} is no ${said[field.is]}`
    if (!field.optional) required++
  }
  return required === shape.required ? undefined : `without ${missingOf(shape, entry)}`
}

const said = { text: 'text', integer: 'integer', texts: 'list of texts' } as const

const fits = (is: Is, value: unknown): boolean => {
  if (is === 'text') return typeof value === 'string'
  if (is === 'integer') return Number.isSafeInteger(value)
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

const isArgument = (name: string, value: unknown): boolean =>
  name.startsWith('arg.') && (typeof value === 'string' || value === null || value === true)

const missingOf = ({ fields }: Shape, entry: object): string =>
  [...fields]
    .filter(([name, { optional }]) => !optional && !Object.hasOwn(entry, name))
    .map(([name]) => name)
    .join(', ')
