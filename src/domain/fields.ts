import { z } from 'zod'
import { namePattern, personPattern, reservedNames } from './name.ts'

/**
 * What the documents are made of. Text is text as it may be printed on a terminal and in a page; no
 * field here can hold a secret.
 */
export const apiVersion = 'bailiwick/v1'

export const name = z
  .string()
  .regex(namePattern, 'must be 1 to 24 of a-z, 0-9 and -, beginning with a letter')
/** Of what has an address of its own: a plane, a server, an API. */
export const ownName = name.refine((value) => !reservedNames.has(value), 'is a reserved word')

/**
 * Control characters could rewrite a line that was printed before, bidirectional ones show a name
 * other than it is, and half a surrogate pair is written differently by each program that meets it.
 */
export const text = (most: number) => z.string().min(1).max(most).refine(isPrintable, unprintable)
const unprintable = 'must not contain control characters'
export const title = text(200).optional().describe('For people.')
export const owner = text(200).describe(
  'A team of the plane, or a person: who decides about it. Kept as written where it names neither.',
)
export const reason = text(1000).describe('Why, for whoever reviews it.')

/** A duration as `300s`, `5m` or `1h`. */
export const duration = z
  .string()
  .regex(/^[1-9][0-9]{0,5}(s|m|h)$/, 'must be a whole number with s, m or h, such as 300s')

export const durationMs = (written: string): number => {
  const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[written.slice(-1)] ?? 1000
  return Number(written.slice(0, -1)) * unit
}

export const label = text(64)
export const scopeToken = z
  .string()
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/, 'must be an OAuth scope token (RFC 6749 §3.3)')
export const toolName = text(128)
/** A resource's URI or a template (RFC 6570); short enough to be a key on one line of YAML. */
export const resourceName = text(1000).refine(
  isUriTemplate,
  'must be a URI or a URI template (RFC 6570)',
)

/** A condition in CEL: what it may speak of, and its bounds, are checked where its capabilities are known. */
export const condition = text(4096)

export const oneOrMore = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)])

export const head = <K extends string>(kind: K) => ({
  apiVersion: z.literal(apiVersion),
  kind: z.literal(kind),
})
export const inPlane = { plane: ownName.describe('The plane it stands in.') }

/** A day in the plane's time zone (its end, where something lasts until then) or an instant with its offset. */
export const untilForm = 'must be a day such as 2027-06-30, or an instant with its offset'
export const instant = z.iso.datetime({ offset: true, error: untilForm })
export const until = z.union([z.iso.date(untilForm), instant])

export const person = z
  .string()
  .regex(personPattern, 'must be the name of a person: 1 to 100 of a-z, 0-9, and . _ @ -')
export const people = z
  .array(person)
  .min(1)
  .max(1000)
  .refine((names) => new Set(names).size === names.length, 'names a person twice')

export const names = (what: string) =>
  z
    .array(name)
    .min(1)
    .refine((all) => new Set(all).size === all.length, `names ${what} twice`)

export function isPrintable(written: string): boolean {
  return (
    written.isWellFormed() && !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u.test(written)
  )
}

/** RFC 6570 §2: every brace belongs to an expression whose variables have names. */
function isUriTemplate(written: string): boolean {
  const variable = String.raw`[\w%][\w%.]*(?::\d{1,4}|\*)?`
  const expression = new RegExp(String.raw`\{[+#./;?&]?${variable}(?:,${variable})*\}`, 'g')
  return !/[{}]/.test(written.replace(expression, ''))
}
