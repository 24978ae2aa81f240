import { z } from 'zod'
import { planeId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import { findRevision, listRevisions } from '#manager/revisions.ts'
import { aboutOf } from '../about.ts'
import { applied, pageOf, revision, revisionWithDiff } from '../answers.ts'
import { route } from '../route.ts'

const revisionsQuery = z.strictObject({
  after: z
    .string()
    .regex(/^[1-9][0-9]{0,14}$/)
    .optional()
    .describe('The `next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const pageOfRevisions = pageOf(revision)

export const revisionRoutes = [
  route(
    'GET',
    '/revisions',
    {
      needs: 'signed in',
      says: 'Revisions that touched planes whose revisions you may read, newest first.',
      query: revisionsQuery,
      answer: pageOfRevisions,
    },
    ({ desk, access, query }) =>
      listRevisions(desk, {
        after: query.after,
        limit: query.limit,
        sees: (plane) => access.sees('revisions.read', plane),
      }),
  ),
  route(
    'GET',
    '/revisions/{revision}',
    {
      needs: 'signed in',
      says: 'One revision with its diff, as far as it touched planes whose revisions you may read.',
      answer: revisionWithDiff,
    },
    ({ desk, access, path }) =>
      findRevision(desk, {
        revision: Number(path.revision),
        sees: (plane) => access.sees('revisions.read', plane),
      }),
  ),
  route(
    'GET',
    '/planes/{plane}/revisions',
    {
      needs: 'revisions.read',
      says: 'Revisions that touched this plane, newest first.',
      query: revisionsQuery,
      answer: pageOfRevisions,
    },
    ({ desk, path, query }) =>
      listRevisions(desk, {
        after: query.after,
        limit: query.limit,
        sees: (plane) => plane === planeId(path.plane),
      }),
  ),
  route(
    'GET',
    '/planes/{plane}/revisions/{revision}',
    {
      needs: 'revisions.read',
      says: 'What one revision changed in this plane.',
      answer: revisionWithDiff,
    },
    ({ desk, path }) =>
      findRevision(desk, {
        revision: Number(path.revision),
        sees: (plane) => plane === planeId(path.plane),
      }),
  ),
  route(
    'POST',
    '/revisions/{revision}/restore',
    {
      takes: 'reason and key',
      needs: 'revisions.restore',
      says: 'Makes the documents of every plane say what they said then, as a new revision.',
      body: z.strictObject({
        dryRun: z.boolean().default(false),
        reason: z.string().max(500).optional(),
      }),
      answer: applied,
    },
    (asked) => {
      const { change } = asked.desk.installation
      const { dryRun, reason } = asked.body
      return change.restore(Number(asked.path.revision), { ...aboutOf(asked, reason), dryRun })
    },
  ),
  route(
    'GET',
    '/events',
    {
      needs: 'signed in',
      says: 'What happens, as server-sent events: `revision` for each revision of a plane that you may read. Resumes after Last-Event-ID.',
      answer: undefined,
      status: 200,
      streams: 'events',
    },
    (asked) => {
      const last = asked.head['last-event-id']
      if (last !== undefined && !/^[0-9]{1,15}$/.test(String(last)))
        throw new Fault('bad_header', { detail: 'Last-Event-ID is none of ours.' })
      return asked.events.listen(asked, last === undefined ? undefined : Number(last))
    },
  ),
] as const
