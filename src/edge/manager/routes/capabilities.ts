import { z } from 'zod'
import { capabilityKinds } from '#domain/capability.ts'
import { planeId } from '#domain/name.ts'
import { capabilityClasses } from '#domain/selector.ts'
import { namedItem } from '#manager/access.ts'
import { listCapabilities } from '#manager/capability-list.ts'
import { showDefinition } from '#manager/definition.ts'
import { findItem } from '#manager/desk.ts'
import { refresh } from '#manager/refresh.ts'
import { capabilityList, definition, refreshed } from '../capability-answers.ts'
import { route } from '../route.ts'

const written = z.string().min(1).max(2048)
/** As long as a name may be, behind its item. */
const longestKey = 4096

/** What servers and APIs offer, over all of them, one by one, and asked for anew. */
export const capabilityRoutes = [
  route(
    'GET',
    '/planes/{plane}/status/capabilities',
    {
      needs: 'servers.read',
      says: 'Every tool, prompt, resource and operation of every item, with how many there are of each sort.',
      query: z.strictObject({
        q: written.optional().describe('In the name or the title.'),
        server: z.array(written).optional().describe('Any of several, as with the rest.'),
        kind: z.array(z.enum(capabilityKinds)).optional(),
        class: z.array(z.enum([...capabilityClasses, 'unclassified'])).optional(),
        state: z.array(z.enum(['pinned', 'held', 'absent'])).optional(),
        data: z.array(written).optional().describe('Data classes.'),
        not: z
          .array(
            z
              .string()
              .max(longestKey)
              .regex(/^(?:server|kind|class|state|data)=/),
          )
          .optional()
          .describe('FIELD=VALUE of what is left out.'),
        after: z.string().max(longestKey).optional().describe('The `next` of the page before.'),
        limit: z.coerce.number().int().min(1).max(500).default(100),
      }),
      answer: capabilityList,
    },
    ({ desk, path, query }) => listCapabilities(desk, { ...query, plane: path.plane }),
  ),
  route(
    'GET',
    '/planes/{plane}/status/servers/{name}/definition',
    {
      needs: 'servers.read',
      says: 'The definition of one capability whole, and what its server tells now where that is held.',
      query: z.strictObject({ kind: z.enum(capabilityKinds).default('tool'), name: written }),
      answer: definition,
    },
    ({ desk, path, query: { kind, name } }) =>
      showDefinition(desk, { plane: path.plane, server: path.name, kind, name }),
  ),
  route(
    'POST',
    '/planes/{plane}/servers/{name}/refresh',
    {
      needs: 'servers.write',
      of: 'items',
      says: 'Asks a server now what it offers, waits ten seconds at most, and says how it is and whose side a problem is on.',
      answer: refreshed,
    },
    ({ desk, path, access }) => {
      const plane = desk.installation.change.current().planes.get(planeId(path.plane))
      if (plane) findItem(plane, path.name)
      access.check('servers.write', path.plane, namedItem(plane, path.name))
      return refresh(desk, { plane: path.plane, server: path.name })
    },
  ),
] as const
