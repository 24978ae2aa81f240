import type { ApiDocument, Document } from '#domain/documents.ts'
import { headerOf } from '#domain/lent.ts'
import { planeId } from '#domain/name.ts'
import { openApiOf } from '#rest/openapi/remembered.ts'
import type { Policy } from './change.ts'
import type { Finding } from './finding.ts'
import type { Given } from './plan.ts'
import { findStanding } from './policy.ts'
import { shown } from './wording.ts'

/** Nobody reads more of one document. */
const MOST = 20

/**
 * What is wrong with an API's OpenAPI document as a whole; what merely leaves an operation out is for
 * whoever reviews the API. One that stands already has been read.
 */
export async function checkOpenApi(
  { document, source, plane, name }: Given,
  policy: Policy,
): Promise<Finding[]> {
  if (document?.kind !== 'API' || isStanding(document, policy, plane, name)) return []
  const read = await openApiOf(document.upstream.openapi, headerOf(document.credential))
  if (!('problems' in read)) return []
  return read.problems.slice(0, MOST).map(({ pointer, message }) => ({
    code: 'invalid value',
    message: `API ${name}: upstream.openapi${pointer === '' ? '' : ` at ${shown(pointer)}`}: ${message}`,
    at: source && { source, path: ['upstream', 'openapi'], part: 'value' },
  }))
}

/** Before the turn of a change: whoever suspends somebody does not wait until a large document has been read. */
export async function readAhead(documents: Iterable<Document | undefined>, policy: Policy) {
  for (const document of documents) {
    if (document?.kind !== 'API') continue
    const { plane, name, upstream, credential } = document
    if (isStanding(document, policy, planeId(plane), name)) continue
    await openApiOf(upstream.openapi, headerOf(credential))
  }
}

function isStanding(
  { upstream, credential }: ApiDocument,
  policy: Policy,
  plane: Given['plane'],
  name: string,
): boolean {
  const before = findStanding(policy, plane, 'API', name)?.document
  return (
    before?.kind === 'API' &&
    before.upstream.openapi === upstream.openapi &&
    headerOf(before.credential) === headerOf(credential)
  )
}
