import { z } from 'zod'
import { type Document, documentSchemas, type Kind } from '#domain/documents.ts'
import { kindTable, unbuiltKindTable } from '#domain/kinds.ts'
import { unbuiltKinds } from '#domain/unbuilt.ts'
import { Fault } from '#lib/fault.ts'
import { pageOf, pageQuery } from '../answers.ts'
import { getDocument, listDocuments, putDocument, removeDocument } from '../documents.ts'
import type { PageAsked } from '../page.ts'
import { type Asked, route } from '../route.ts'

/** A document in a list, with what stands beside it. */
const listed = <T extends z.ZodType>(document: T) =>
  pageOf(
    z.strictObject({
      etag: z.string(),
      set: z.string().optional().describe('The set of files that manages it.'),
      document,
    }),
  )

type Named = Asked<{ readonly plane: string; readonly name: string }, PageAsked>
/** The parameters of a path that is put together of a kind's segment cannot be read from its type. */
const named = (asked: Asked<unknown, unknown, unknown>): Named => asked as Named

/** The four routes of a kind whose documents stand in a plane. */
const kindRoutes = <K extends Exclude<Kind, 'Plane'>, S extends string>(kind: K, segment: S) => {
  const schema = documentSchemas[kind]
  const { read, write } = kindTable[kind]
  const all = `/planes/{plane}/${segment}` as const
  const one = `/planes/{plane}/${segment}/{name}` as const
  return [
    route(
      'GET',
      all,
      {
        needs: read,
        of: 'items',
        says: `The ${kind} documents of a plane that you may read, by name.`,
        query: pageQuery,
        answer: listed(schema as z.ZodType<Document>),
      },
      (asked) => listDocuments(named(asked), kind),
    ),
    route(
      'GET',
      one,
      {
        needs: read,
        of: 'items',
        says: `One ${kind} document.`,
        conditional: true,
        answer: schema as z.ZodType<Document>,
      },
      (asked) => getDocument(named(asked), { kind, name: named(asked).path.name }),
    ),
    route(
      'PUT',
      one,
      {
        needs: write,
        of: 'items',
        says: `Makes a ${kind}, or makes it what the document says.`,
        takes: 'reason and key',
        conditional: true,
        body: schema as z.ZodType<Document>,
        document: kind,
        answer: schema as z.ZodType<Document>,
      },
      (asked) => putDocument(named(asked), { kind, name: named(asked).path.name }),
    ),
    route(
      'DELETE',
      one,
      {
        needs: write,
        of: 'items',
        says: `Removes a ${kind} that nothing names.`,
        takes: 'reason and key',
        conditional: true,
        answer: undefined,
      },
      (asked) => removeDocument(named(asked), { kind, name: named(asked).path.name }),
    ),
  ] as const
}

const planeSchema = documentSchemas.Plane as z.ZodType<Document>

const planeRoutes = [
  route(
    'GET',
    '/planes',
    {
      needs: 'signed in',
      says: 'The planes in which you hold a role, by name.',
      query: pageQuery,
      answer: listed(planeSchema),
    },
    (asked) => listDocuments({ ...asked, path: { plane: undefined } }, 'Plane'),
  ),
  route(
    'GET',
    '/planes/{plane}',
    { needs: 'planes.read', says: 'One plane.', conditional: true, answer: planeSchema },
    (asked) => getDocument(asked, { kind: 'Plane', name: asked.path.plane }),
  ),
  route(
    'PUT',
    '/planes/{plane}',
    {
      needs: 'planes.write',
      of: 'installation',
      says: 'Makes a plane, or changes it.',
      takes: 'reason and key',
      conditional: true,
      body: planeSchema,
      document: 'Plane',
      answer: planeSchema,
    },
    (asked) => putDocument(asked, { kind: 'Plane', name: asked.path.plane }),
  ),
  route(
    'DELETE',
    '/planes/{plane}',
    {
      needs: 'planes.write',
      says: 'Removes a plane in which nothing is left; its ledger stays.',
      takes: 'reason and key',
      conditional: true,
      answer: undefined,
    },
    (asked) => removeDocument(asked, { kind: 'Plane', name: asked.path.plane }),
  ),
] as const

/** Kinds of later versions have their places, with their permissions, and say that they are not built. */
const unbuiltRoutes = Object.entries(unbuiltKindTable).flatMap(
  ([kind, { segment, read, write }]) => {
    const refuse = (): never => {
      throw new Fault('not_built', {
        detail: `${kind} is not built in this version: ${unbuiltKinds.get(kind)}.`,
      })
    }
    const rows = [
      ['GET', `/planes/{plane}/${segment}`, read],
      ['GET', `/planes/{plane}/${segment}/{name}`, read],
      ['PUT', `/planes/{plane}/${segment}/{name}`, write],
      ['DELETE', `/planes/{plane}/${segment}/{name}`, write],
    ] as const
    return rows.map(([method, path, needs]) => {
      const says = `Not built in this version: answers 501.`
      return route(
        method,
        path,
        { needs, of: 'items', says, answer: undefined, status: 501 },
        refuse,
      )
    })
  },
)

export const documentRoutes = [
  ...planeRoutes,
  ...kindRoutes('Team', 'teams'),
  ...kindRoutes('RoleBinding', 'role-bindings'),
  ...kindRoutes('Server', 'servers'),
  ...kindRoutes('API', 'apis'),
  ...kindRoutes('Consumer', 'consumers'),
  ...kindRoutes('Agent', 'agents'),
  ...kindRoutes('AgentGroup', 'agent-groups'),
  ...kindRoutes('Grant', 'grants'),
  ...kindRoutes('Rule', 'rules'),
  ...kindRoutes('Quota', 'quotas'),
  ...kindRoutes('Credential', 'credentials'),
  ...kindRoutes('Issuer', 'issuers'),
  ...kindRoutes('PolicyTest', 'policy-tests'),
  ...unbuiltRoutes,
] as const
