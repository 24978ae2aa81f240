import { z } from 'zod'
import { capabilityKinds } from '#domain/capability.ts'
import { claims } from '#domain/documents.ts'
import { reason, until } from '#domain/fields.ts'
import { capabilityClasses } from '#domain/selector.ts'
import { namedItem } from '#manager/access.ts'
import { can } from '#manager/can.ts'
import { matrix } from '#manager/matrix.ts'
import { testPolicy } from '#manager/policy-tests.ts'
import { redraw } from '#manager/redraw.ts'
import { replay } from '#manager/replay.ts'
import { see } from '#manager/see.ts'
import {
  can as canAnswer,
  matrix as matrixAnswer,
  policyTests,
  redrawn,
  replayed,
  seen,
} from '../policy-answers.ts'
import { type Asked, route } from '../route.ts'
import { planeHere, sightOf } from '../sight.ts'

const written = z.string().min(1).max(2048)
const draftBytes = 16 * 1024 * 1024

const draft = z
  .strictObject({
    files: z.array(z.strictObject({ name: written, text: z.string() })).min(1),
    set: written.optional().describe('That they belong to, where one manages them already.'),
  })
  .describe('Documents of this plane, as apply would take them.')

/** What may stand in an address: arguments of a call, claims and documents do not. */
const asked = {
  client: written.describe('AGENT or AGENT@CONSUMER.'),
  server: written,
  kind: z.enum(capabilityKinds).default('tool'),
  name: written,
  user: written.optional().describe('On whose behalf.'),
  scopes: z.array(written).optional().describe('Of its token; else what its grants imply.'),
}
const at = written.optional().describe('An instant, or how long ago: 2h, 7d; else now.')
const revision = 'By the policy as it was then.'

/**
 * Whoever may explain calls of a server may try one. A draft and an earlier revision are about the
 * plane as a whole.
 */
const checkTried = (
  { access, path, ...about }: Asked<{ readonly plane: string }, unknown, unknown>,
  tried: { readonly server: string; readonly draft?: unknown; readonly revision?: unknown },
): void => {
  const isOfPlane = tried.draft !== undefined || tried.revision !== undefined
  const item = namedItem(planeHere({ access, path, ...about }), tried.server)
  access.check('calls.explain', path.plane, isOfPlane ? undefined : item)
}

const shown = {
  agent: written.optional(),
  consumer: written.optional(),
  server: written.optional(),
  search: written
    .optional()
    .describe('A part of the name or the title, in small letters or large.'),
  class: z
    .array(z.enum([...capabilityClasses, 'unclassified']))
    .optional()
    .describe('Any of several.'),
  at,
  after: z.string().max(4096).optional().describe('The `next` of the page before.'),
}
const rows = { limit: z.int().min(1).max(2000).default(500).describe('Rows.') }

/** Those servers whose calls may be explained to whoever asks. */
const explained = (asked: Parameters<typeof sightOf>[0]): ReturnType<typeof sightOf> => ({
  ...sightOf(asked),
  server: (plane, name) =>
    asked.access.sees('calls.explain', plane.plane.name, namedItem(plane, name)),
})

export const policyRoutes = [
  route(
    'GET',
    '/planes/{plane}/can',
    {
      needs: 'calls.explain',
      of: 'items',
      says: 'Whether an agent may use a capability, why, and what would change it.',
      query: z.strictObject({
        ...asked,
        at,
        revision: z.coerce.number().int().min(1).optional().describe(revision),
      }),
      answer: canAnswer,
    },
    (asked) => {
      checkTried(asked, asked.query)
      return can(asked.desk, { ...asked.query, plane: asked.path.plane }, sightOf(asked))
    },
  ),
  route(
    'POST',
    '/planes/{plane}/can',
    {
      needs: 'calls.explain',
      of: 'items',
      says: 'The same with arguments, with claims in the place of its own, or by a draft; nothing is changed.',
      body: z.strictObject({
        ...asked,
        args: z.record(z.string(), z.unknown()).optional(),
        typed: z.array(z.string()).optional().describe('Arguments as KEY=VALUE.'),
        claims: claims.optional(),
        at,
        revision: z.int().min(1).optional().describe(revision),
        draft: draft.optional(),
      }),
      bodyBytes: draftBytes,
      answer: canAnswer,
    },
    (asked) => {
      checkTried(asked, asked.body)
      return can(asked.desk, { ...asked.body, plane: asked.path.plane }, sightOf(asked))
    },
  ),
  route(
    'GET',
    '/planes/{plane}/matrix',
    {
      needs: 'calls.explain',
      of: 'items',
      says: 'What every agent meets at every capability of the servers whose calls you may explain, whatever its arguments.',
      query: z.strictObject({
        ...shown,
        revision: z.coerce.number().int().min(1).optional().describe(revision),
        limit: z.coerce.number().pipe(rows.limit.unwrap()).default(500).describe('Rows.'),
      }),
      answer: matrixAnswer,
    },
    (asked) => {
      const { access, query, path } = asked
      if (query.revision !== undefined) access.check('calls.explain', path.plane)
      return matrix(asked.desk, { ...query, plane: path.plane }, explained(asked))
    },
  ),
  route(
    'POST',
    '/planes/{plane}/matrix',
    {
      needs: 'calls.explain',
      says: 'The same by a draft, beside what stands; nothing is changed.',
      body: z.strictObject({ ...shown, ...rows, draft }),
      bodyBytes: draftBytes,
      answer: matrixAnswer,
    },
    (asked) => matrix(asked.desk, { ...asked.body, plane: asked.path.plane }, explained(asked)),
  ),
  route(
    'POST',
    '/planes/{plane}/matrix/draft',
    {
      needs: 'grants.read',
      says: 'The documents that make cells of the matrix what they are wanted to be, for the other routes to try and for apply to take; nothing is changed.',
      body: z.strictObject({
        cells: z
          .array(
            z.strictObject({
              client: written.describe('AGENT@CONSUMER.'),
              server: written,
              kind: z.enum(capabilityKinds),
              name: written,
              allow: z.boolean().describe('False: no grant is to reach it.'),
            }),
          )
          .min(1)
          .max(5000),
        reason,
        until: until.optional().describe('When new grants end.'),
      }),
      bodyBytes: draftBytes,
      answer: redrawn,
    },
    ({ desk, path, body }) => redraw(desk, { ...body, plane: path.plane }),
  ),
  route(
    'GET',
    '/planes/{plane}/see',
    {
      needs: 'calls.explain',
      of: 'items',
      says: 'What an agent is told that there is, exactly as it is told: at the endpoint of a server or, for who may explain calls of the whole plane, at the plane’s own.',
      query: z.strictObject({
        client: written.describe('AGENT or AGENT@CONSUMER.'),
        server: written.optional(),
        kind: z.enum(['tool', 'prompt', 'resource', 'template']).default('tool'),
        era: z.enum(['modern', 'legacy']).default('modern'),
      }),
      answer: seen,
    },
    (asked) => {
      const { access, path, query } = asked
      const item =
        query.server === undefined ? undefined : namedItem(planeHere(asked), query.server)
      access.check('calls.explain', path.plane, item)
      return see(asked.desk, { ...query, plane: path.plane }, sightOf(asked))
    },
  ),
  route(
    'POST',
    '/planes/{plane}/policy/test',
    {
      needs: 'rules.read',
      says: 'Runs every PolicyTest of the plane, by what stands or by a draft; nothing is changed.',
      body: z.strictObject({ draft: draft.optional() }),
      bodyBytes: draftBytes,
      answer: policyTests,
    },
    async ({ desk, path, body }) => {
      const [tested] = await testPolicy(desk, { plane: path.plane, draft: body.draft })
      return { tests: tested?.tests ?? [] }
    },
  ),
  route(
    'POST',
    '/planes/{plane}/policy/replay',
    {
      needs: 'calls.explain',
      says: 'What a draft would decide otherwise, of the calls that you may read; where arguments decide, of those whose arguments you may read. Nothing is changed.',
      body: z.strictObject({
        draft,
        since: written.default('7d').describe('An instant, or how long ago: 2h, 7d.'),
      }),
      bodyBytes: draftBytes,
      answer: replayed,
    },
    (asked) => replay(asked.desk, { ...asked.body, plane: asked.path.plane }, sightOf(asked)),
  ),
] as const
