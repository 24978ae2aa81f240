import { z } from 'zod'
import { capabilityKinds } from '#domain/capability.ts'
import { planeId } from '#domain/name.ts'
import type { Permission } from '#domain/roles.ts'
import { capabilityName, type SuspensionKind, suspensionKinds } from '#domain/suspension.ts'
import {
  itemOf,
  keyOfSuspension,
  listSuspensions,
  resumeMeant,
  suspendMeant,
} from '#manager/suspensions.ts'
import { aboutOf } from '../about.ts'
import { pageOf, suspensionRow } from '../answers.ts'
import { pageOfNamed } from '../page.ts'
import { type Asked, type PathOf, route } from '../route.ts'

const answer = z.strictObject({
  plane: z.string(),
  kind: z.enum(suspensionKinds),
  name: z.string(),
  revision: z.int(),
})
const reason = z.string().min(1).max(500)
/** As long as what a suspension is kept under may be. */
const longestKey = 4096

interface Pair<P extends string, N extends z.ZodRawShape> {
  readonly kind: SuspensionKind
  readonly needs: readonly [suspend: Permission, resume: Permission]
  readonly says: readonly [suspend: string, resume: string]
  /** What of the body says which one, where the address does not. */
  readonly names: N
  nameOf(path: PathOf<P>, body: z.output<z.ZodObject<N>>): string
}

/**
 * The two routes of one kind, which mean the same thing by address and body. Each has its permission,
 * asked for the item that is meant, or for the plane where it is nobody's.
 */
const pair = <const S extends string, const R extends string, N extends z.ZodRawShape>(
  [suspendPath, resumePath]: readonly [S, R],
  { kind, needs, says, names, nameOf }: Pair<S, N>,
) => {
  const findMeant = (asked: Asked<unknown, unknown, unknown>, permission: Permission) => {
    // Both addresses have the parameters of the first, and every one of them a plane.
    const path = asked.path as PathOf<S> & { readonly plane: string }
    const name = nameOf(path, asked.body as z.output<z.ZodObject<N>>)
    const policy = asked.desk.installation.change.current().planes.get(planeId(path.plane))
    asked.access.check(permission, path.plane, itemOf(policy, { kind, name }))
    return { plane: path.plane, kind, name }
  }
  const about = { takes: 'reason and key', of: 'items', answer } as const
  return [
    route(
      'POST',
      suspendPath,
      { ...about, needs: needs[0], says: says[0], body: z.strictObject({ ...names, reason }) },
      (asked) => {
        const given = asked.body as { readonly reason: string }
        const desk = { ...asked.desk, ...aboutOf(asked, given.reason) }
        return suspendMeant(desk, { ...findMeant(asked, needs[0]), reason: given.reason })
      },
    ),
    route(
      'POST',
      resumePath,
      {
        ...about,
        needs: needs[1],
        says: says[1],
        body: z.strictObject({ ...names, reason: reason.optional() }),
      },
      (asked) => {
        const given = asked.body as { readonly reason?: string }
        const desk = { ...asked.desk, ...aboutOf(asked, given.reason) }
        return resumeMeant(desk, findMeant(asked, needs[1]))
      },
    ),
  ] as const
}

export const suspensionRoutes = [
  route(
    'GET',
    '/planes/{plane}/suspensions',
    {
      needs: 'suspensions.read',
      says: 'Who and what is suspended, by whom, since when and why; by kind and name.',
      query: z.strictObject({
        after: z.string().max(longestKey).optional().describe('The `next` of the page before.'),
        limit: z.coerce.number().int().min(1).max(500).default(100),
      }),
      answer: pageOf(suspensionRow),
    },
    ({ desk, path, query }) =>
      pageOfNamed(listSuspensions(desk, { plane: path.plane }), keyOfSuspension, query),
  ),
  ...pair(['/planes/{plane}/agents/{name}/suspend', '/planes/{plane}/agents/{name}/resume'], {
    kind: 'agent',
    needs: ['agents.suspend', 'agents.resume'],
    says: ['Stops an agent at once, until it is resumed.', 'Lets a suspended agent go on.'],
    names: {},
    nameOf: ({ name }) => name,
  }),
  ...pair(['/planes/{plane}/consumers/{name}/suspend', '/planes/{plane}/consumers/{name}/resume'], {
    kind: 'consumer',
    needs: ['consumers.suspend', 'consumers.resume'],
    says: [
      'Stops every agent that acts for a consumer, where it acts for it.',
      'Lets a suspended consumer go on.',
    ],
    names: {},
    nameOf: ({ name }) => name,
  }),
  // A user's name may hold slashes, which no proxy leaves alone in an address.
  ...pair(['/planes/{plane}/users/suspend', '/planes/{plane}/users/resume'], {
    kind: 'user',
    needs: ['users.suspend', 'users.resume'],
    says: [
      'Stops every agent where it acts on behalf of a user, who need not be known.',
      'Lets a suspended user go on.',
    ],
    names: { user: z.string().min(1).max(255).describe('As tokens name them, letter by letter.') },
    nameOf: (_, { user }) => user,
  }),
  ...pair(['/planes/{plane}/servers/{name}/suspend', '/planes/{plane}/servers/{name}/resume'], {
    kind: 'server',
    needs: ['servers.suspend', 'servers.resume'],
    says: ['Stops every use of a server.', 'Lets a suspended server be used again.'],
    names: {},
    nameOf: ({ name }) => name,
  }),
  ...pair(['/planes/{plane}/servers/{name}/block', '/planes/{plane}/servers/{name}/unblock'], {
    kind: 'capability',
    needs: ['capabilities.suspend', 'capabilities.resume'],
    says: [
      'Stops every use of one capability of a server.',
      'Lets a blocked capability be used again.',
    ],
    names: {
      kind: z.enum(capabilityKinds).default('tool'),
      name: z.string().min(1).max(2048),
    },
    nameOf: (path, { kind, name }) => capabilityName({ server: path.name, kind, name }),
  }),
  ...pair(['/planes/{plane}/suspend', '/planes/{plane}/resume'], {
    kind: 'plane',
    needs: ['planes.suspend', 'planes.resume'],
    says: ['Stops every call in a plane.', 'Lets a suspended plane go on.'],
    names: {},
    nameOf: ({ plane }) => plane,
  }),
] as const
