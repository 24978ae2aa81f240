import type { EditAbout, PlanePolicy } from '#change/change.ts'
import { documentsOf, findStanding } from '#change/policy.ts'
import type { Document, Kind } from '#domain/documents.ts'
import { kindTable } from '#domain/kinds.ts'
import { type PlaneId, planeId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import { canonicalJson } from '#lib/json.ts'
import { itemsOf } from '#manager/permit.ts'
import { aboutOf } from './about.ts'
import { hasAlready, readCondition, tagOf } from './conditions.ts'
import { type PageAsked, pageOfNamed } from './page.ts'
import type { Asked } from './route.ts'

type InPlane = { readonly plane: string }
interface Target {
  readonly kind: Kind
  readonly name: string
}

/** Those that the caller may read; of planes, those in which the caller holds a role. */
export const listDocuments = (
  asked: Asked<{ readonly plane: string | undefined }, PageAsked>,
  kind: Kind,
) => {
  const { change } = asked.desk.installation
  const { planes } = change.current()
  const chosen =
    asked.path.plane === undefined ? asked.access.planes('planes.read') : [asked.path.plane]
  const all = chosen.flatMap((name) => {
    const plane = planes.get(planeId(name))
    if (!plane) return []
    return documentsOf(plane)
      .filter((one) => one.kind === kind && mayRead(asked, one, plane))
      .map((document) => ({ plane: planeId(name), document, here: plane }))
  })
  const page = pageOfNamed(all, ({ document }) => document.name, asked.query)
  return {
    ...page,
    items: page.items.map(({ plane, document, here }) => {
      const set = here.sets.get(`${kind}/${document.name}`)
      return {
        etag: tagOf(change.revisionOf({ plane, kind, name: document.name }) ?? 0),
        ...(set !== undefined && { set }),
        document,
      }
    }),
  }
}

export const getDocument = (asked: Asked<InPlane>, target: Target): Document => {
  const { document, set } = findDocument(asked, target)
  const tag = tagOf(revisionOf(asked, target) ?? 0)
  const headers = { etag: tag, ...(set !== undefined && { 'bailiwick-set': set }) }
  asked.tell(hasAlready(asked.head, tag) ? 304 : 200, headers)
  return document
}

export const putDocument = async (
  asked: Asked<InPlane, unknown, unknown>,
  target: Target,
): Promise<Document> => {
  const document = readDocument(asked, target)
  const before = standing(asked, target)
  const ifRevision = conditionOf(asked, target, before && isSame(document, before.document))
  const { change, runners } = asked.desk.installation
  const summary = `${before ? 'changed' : 'added'} ${target.kind} ${target.name}`
  await change.put(document, { ...aboutOf(asked), summary, ifRevision, runners })
  const stands = standing(asked, target)
  if (!stands) throw new Fault('stale')
  const headers = { etag: tagOf(revisionOf(asked, target) ?? 0) }
  if (before) asked.tell(200, headers)
  else asked.tell(201, { ...headers, location: placeOf(asked, target) })
  return stands.document
}

export const removeDocument = async (asked: Asked<InPlane>, target: Target): Promise<undefined> => {
  findDocument(asked, target)
  const ifRevision = conditionOf(asked, target, false)
  const { change } = asked.desk.installation
  const about: EditAbout = { ...aboutOf(asked), ifRevision }
  await change.remove({ plane: planeId(asked.path.plane), ...target }, about)
  return undefined
}

const standing = ({ desk, path }: Asked<InPlane>, { kind, name }: Target) =>
  findStanding(desk.installation.change.current(), planeId(path.plane), kind, name)

const revisionOf = ({ desk, path }: Asked<InPlane>, target: Target): number | undefined =>
  desk.installation.change.revisionOf({ plane: planeId(path.plane), ...target })

const findDocument = (asked: Asked<InPlane>, target: Target) => {
  const { kind, name } = target
  const found = standing(asked, target)
  const plane = asked.desk.installation.change.current().planes.get(planeId(asked.path.plane))
  if (!found || !plane)
    throw new Fault('unknown_name', {
      detail: `There is no ${kind} "${name}" in plane ${asked.path.plane}.`,
    })
  if (!mayRead(asked, found.document, plane))
    asked.access.check(kindTable[kind].read, asked.path.plane)
  return found
}

const mayRead = ({ access }: Asked<unknown, unknown>, document: Document, plane: PlanePolicy) => {
  const { read } = kindTable[document.kind]
  return itemsOf(document, plane).some((item) => access.sees(read, plane.plane.name, item))
}

/** The document says itself who it is, as in a file: what contradicts its address is refused. */
const readDocument = ({ body, path }: Asked<InPlane>, { kind, name }: Target): Document => {
  const given = body as Readonly<Record<string, unknown>> | null
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given)
  if (!isObject) throw new Fault('usage', { detail: 'The body must be one document.' })
  const plane = kind === 'Plane' ? undefined : path.plane
  const wrong = [
    given.kind !== kind && `kind must be ${kind}`,
    given.name !== name && `name must be ${name}`,
    given.plane !== plane && (plane ? `plane must be ${plane}` : 'a Plane stands in no plane'),
  ].filter((one) => one !== false)
  if (wrong.length > 0)
    throw new Fault('usage', { detail: `This address is another document's: ${wrong.join(', ')}.` })
  return given as unknown as Document
}

const isSame = (given: unknown, stands: Document): boolean =>
  canonicalJson(given) === canonicalJson(stands)

/**
 * Which revision the change is made to. Without a condition something new may be made, and what stands
 * already may be said again; what would overwrite another text unseen is refused (RFC 6585 §3).
 */
const conditionOf = (
  asked: Asked<InPlane>,
  target: Target,
  isSaidAgain: boolean | undefined,
): EditAbout['ifRevision'] => {
  const condition = readCondition(asked.head)
  const stands = revisionOf(asked, target)
  switch (condition.is) {
    case 'absent':
      return 'absent'
    case 'any':
      if (stands === undefined) throw new Fault('stale', { detail: 'There is nothing to match.' })
      return stands
    case 'one of':
      // None of them stands: the first is as good as any to be told what does.
      return condition.revisions.find((one) => one === stands) ?? condition.revisions[0] ?? 0
    case 'none':
      if (stands === undefined) return 'absent'
      if (isSaidAgain) return stands
      asked.tell(200, { etag: tagOf(stands) })
      throw new Fault('unconditional', {
        detail: `${target.kind} ${target.name} stands already, with the ETag ${tagOf(stands)}.`,
        fix: 'read it, then send If-Match with its ETag, or If-Match: * to overwrite whatever stands',
      })
  }
}

const placeOf = ({ path }: Asked<InPlane>, { kind, name }: Target): string => {
  const { segment } = kindTable[kind]
  return kind === 'Plane'
    ? `/api/v1/planes/${name}`
    : `/api/v1/planes/${path.plane as PlaneId}/${segment}/${name}`
}
