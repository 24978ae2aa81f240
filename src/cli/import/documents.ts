import { explainIssues } from '#change/issues.ts'
import { findSecrets, mayBeSecret } from '#change/secrets.ts'
import { documentSchemas } from '#domain/documents.ts'
import { apiVersion, isPrintable } from '#domain/fields.ts'
import type { Entry, Reach } from './entry.ts'
import type { Lent } from './lend.ts'

export interface Written {
  readonly plane: string
  readonly owner: string
  readonly name: string
}

/** An entry as the draft of a Server or an API. */
export const itemDocument = (
  { reach, title, description, documentation }: Entry,
  { plane, owner, name }: Written,
  made: { runner: string | undefined; credential: ({ name: string } & Lent) | undefined },
): object => ({
  ...{ apiVersion, kind: kindOf(reach), plane, name },
  ...said('title', title === name ? undefined : title, 200),
  ...said('description', description, 1000),
  owner,
  ...documented(documentation),
  lifeCycle: 'draft',
  upstream: upstreamOf(reach, made.runner),
  ...(made.credential && { credential: made.credential }),
})

export const credentialDocument = (what: string, { plane, owner, name }: Written): object => ({
  ...{ apiVersion, kind: 'Credential', plane, name },
  ...said('title', what, 200),
  owner,
})

/** Why the document of an item would not be taken, without what stands in it; undefined where it would. */
export const problemOf = (reach: Reach, item: object): string | undefined => {
  const kind = kindOf(reach)
  const checked = documentSchemas[kind].safeParse(item)
  if (!checked.success) return explainIssues(kind, item, checked.error.issues)[0]?.sentence
  const [secret] = findSecrets(item)
  return secret && `${secret.path.join('.')} holds what looks like ${secret.what}`
}

const kindOf = ({ how }: Reach) => (how === 'api' ? 'API' : 'Server')

const upstreamOf = (reach: Reach, runner: string | undefined): object => {
  if (reach.how === 'api') return { url: reach.url, openapi: reach.openapi }
  return reach.how === 'url' ? { url: reach.url } : { runner }
}

/** What people wrote about it, where it can be printed and is no secret. */
const said = (key: string, text: string | undefined, most: number): object => {
  const line = text?.replaceAll(/\s+/g, ' ').trim()
  if (!line || !isPrintable(line) || mayBeSecret(line)) return {}
  return { [key]: line.length <= most ? line : `${line.slice(0, most - 1).toWellFormed()}…` }
}

const documented = (url: string | undefined): object => {
  const isGood = url !== undefined && /^https?:\/\//.test(url) && URL.canParse(url)
  return isGood && findSecrets({ url }).length === 0 ? { documentation: url } : {}
}
