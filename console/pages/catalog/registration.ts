import type { ItemDocument } from './classes.ts'

/** What the form holds: kept as typed, whatever comes of it. */
export interface Registration {
  readonly kind: 'Server' | 'API'
  readonly plane: string
  readonly name: string
  readonly url: string
  readonly owner: string
  readonly title: string
  readonly description: string
  readonly credential: string
  readonly header: string
  readonly format: string
  readonly openapi: string
  readonly asTools: boolean
}

export const empty = (plane: string, owner: string): Registration => ({
  kind: 'Server',
  plane,
  name: '',
  url: '',
  owner,
  title: '',
  description: '',
  credential: '',
  header: 'Authorization',
  format: 'Bearer {secret}',
  openapi: '',
  asTools: false,
})

export const registrationOf = (document: ItemDocument): Registration => {
  const { kind, plane, name, owner, title = '', description = '', credential, upstream } = document
  const lent = credential && 'header' in credential ? credential : undefined
  return {
    ...empty(plane, owner),
    kind,
    name,
    title,
    description,
    url: 'url' in upstream ? upstream.url : '',
    openapi: 'openapi' in upstream ? upstream.openapi : '',
    asTools: kind === 'API' && document.tools === true,
    ...(lent && { credential: lent.name, header: lent.header, format: lent.format ?? '{secret}' }),
  }
}

/** The runner of a server that has no address; the form leaves it as it is. */
export const runnerOf = (document: ItemDocument | undefined): string | undefined =>
  document && 'runner' in document.upstream ? document.upstream.runner : undefined

/** Over what stands, of which the form knows a part: classes, labels and demands stay as they are. */
export const documentOf = (
  form: Registration,
  standing: ItemDocument | undefined,
): ItemDocument => {
  const { title: _, description: __, credential: kept, ...rest } = standing ?? {}
  const said = {
    owner: form.owner,
    ...(form.title !== '' && { title: form.title }),
    ...(form.description !== '' && { description: form.description }),
  }
  const lent = lentOf(form, kept)
  const head = { apiVersion: 'bailiwick/v1', plane: form.plane, name: form.name } as const
  if (form.kind === 'API')
    return {
      ...(rest as Partial<Extract<ItemDocument, { kind: 'API' }>>),
      ...head,
      kind: 'API',
      ...said,
      upstream: { url: form.url, openapi: form.openapi },
      ...(form.asTools && { tools: true }),
      ...(lent && { credential: lent }),
    } as ItemDocument
  return {
    ...(rest as Partial<Extract<ItemDocument, { kind: 'Server' }>>),
    ...head,
    kind: 'Server',
    ...said,
    upstream: standing && 'runner' in standing.upstream ? standing.upstream : { url: form.url },
    ...(lent && { credential: lent }),
  } as ItemDocument
}

/** What is lent otherwise than in a header is not the form's to change. */
const lentOf = (
  { credential, header, format }: Registration,
  kept: ItemDocument['credential'],
): ItemDocument['credential'] => {
  if (kept && !('header' in kept)) return kept
  return credential === '' ? undefined : { name: credential, header, format }
}
