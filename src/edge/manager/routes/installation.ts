import { z } from 'zod'
import { planeId } from '#domain/name.ts'
import { apply } from '#manager/documents.ts'
import { planesStatus, status } from '#manager/status.ts'
import { aboutOf } from '../about.ts'
import { appliedFiles, member, planeStatus, status as statusAnswer } from '../answers.ts'
import { openApiDocument } from '../openapi.ts'
import { type Route, route } from '../route.ts'

/** What a folder of documents may weigh. */
const filesBytes = 16 * 1024 * 1024

const filesForm = z.strictObject({
  files: z
    .array(z.strictObject({ name: z.string().min(1).max(2048), text: z.string() }))
    .min(1)
    .describe('YAML or JSON; the names are for messages.'),
  set: z
    .string()
    .min(1)
    .max(24)
    .optional()
    .describe(
      'What the documents belong to. Left out: to none, and another set may take them over.',
    ),
  prune: z
    .boolean()
    .default(false)
    .describe('Also removes what the same set applied before and does not hold now.'),
  dryRun: z.boolean().default(false),
  revision: z
    .int()
    .min(0)
    .optional()
    .describe(
      'What the files were made on: refused where one of their documents was changed after it.',
    ),
})

export const installationRoutes = (all: () => readonly Route[]) =>
  [
    route(
      'GET',
      '/openapi.json',
      { needs: 'nobody', says: 'This reference, as OpenAPI 3.1.', answer: z.looseObject({}) },
      ({ desk }) => openApiDocument(all(), desk.installation.version),
    ),
    route(
      'GET',
      '/status',
      {
        needs: 'signed in',
        says: 'The installation, and the planes whose state you may read.',
        answer: statusAnswer,
      },
      async ({ desk, access }) => {
        const {
          planes,
          members,
          because,
          program,
          dataFolder: _,
          pid: _pid,
          serving: _serving,
          ...rest
        } = await status(desk, {})
        const visible = planes.filter(({ plane }) => access.sees('status.read', plane))
        // The reasons name planes, the processes machines, and the program a folder.
        const isAdministrator = access.person.administrator
        return {
          ...rest,
          program: isAdministrator ? program : 'bailiwick',
          because: isAdministrator ? because : [],
          members: isAdministrator ? members : [],
          planes: visible,
        }
      },
    ),
    route(
      'GET',
      '/planes/{plane}/status',
      {
        needs: 'status.read',
        says: 'A plane: its ledger, its servers and their health.',
        answer: planeStatus,
      },
      async ({ desk, path }) => {
        const [found] = await planesStatus(desk, path.plane)
        if (!found) throw new Error('a plane that stood is gone')
        return found
      },
    ),
    route(
      'GET',
      '/members',
      {
        needs: 'members.read',
        says: 'The processes that share the store, and the revision that each decides by.',
        answer: z.strictObject({ self: z.string(), items: z.array(member) }),
      },
      async ({ desk: { installation } }) => ({
        self: installation.members.self,
        items: await installation.members.list(),
      }),
    ),
    route(
      'POST',
      '/apply',
      {
        takes: 'reason and key',
        needs: 'signed in',
        says: 'Makes the documents what the files say: everything, or nothing where one of them is not yours to change.',
        body: filesForm,
        bodyBytes: filesBytes,
        answer: appliedFiles,
      },
      (asked) => apply({ ...asked.desk, ...aboutOf(asked) }, asked.body),
    ),
    route(
      'GET',
      '/planes/{plane}/export',
      {
        needs: 'revisions.read',
        says: 'The documents of a plane as YAML that apply takes back.',
        answer: z.strictObject({ yaml: z.string() }),
      },
      ({ desk, path }) => ({
        yaml: desk.installation.change.exportDocuments(planeId(path.plane)),
      }),
    ),
  ] as const
