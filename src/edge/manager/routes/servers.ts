import { z } from 'zod'
import { type Capability, capabilityKinds } from '#domain/capability.ts'
import { indexedArgument, lifeCycles } from '#domain/item-documents.ts'
import { planeId } from '#domain/name.ts'
import { capabilityClasses } from '#domain/selector.ts'
import { namedItem } from '#manager/access.ts'
import { titleOf } from '#manager/capabilities.ts'
import { findItem, itemsOf } from '#manager/desk.ts'
import { setLifeCycle } from '#manager/life-cycle.ts'
import { release, releaseAll } from '#manager/release.ts'
import { lifeCycleOf, saidOf } from '#manager/said.ts'
import { classify, listServers, showServer } from '#manager/servers.ts'
import { versions } from '#manager/versions.ts'
import { aboutOf } from '../about.ts'
import {
  capability,
  catalogueItem,
  pageOf,
  pageQuery,
  serverAnswer,
  serverRow,
  versionsAnswer,
} from '../answers.ts'
import { pageOfNamed } from '../page.ts'
import { type Asked, route } from '../route.ts'

const written = z.string().min(1).max(2048)
const fingerprint = z.string().regex(/^[0-9a-f]{12,64}$/, 'must be 12 to 64 of 0-9 and a-f')

const classifyForm = z.strictObject({
  kind: z.enum(capabilityKinds).default('tool'),
  name: written,
  class: z.enum(capabilityClasses),
  scopes: z.array(written).optional().describe('Left out: as they are.'),
  labels: z.array(written).optional().describe('Left out: as they are.'),
  index: z.array(indexedArgument).optional().describe('Left out: as it is.'),
})
const classified = z.strictObject({
  plane: z.string(),
  server: z.string(),
  kind: z.enum(capabilityKinds),
  name: z.string(),
  class: z.enum(capabilityClasses),
  revision: z.int(),
  set: z.string().optional(),
})

/** Throws where the server is not this person's to decide about. */
const checkServer = (
  {
    access,
    desk,
    path,
  }: Asked<{ readonly plane: string; readonly name: string }, unknown, unknown>,
  needs: 'servers.classify' | 'servers.release' | 'servers.write',
): void => {
  const plane = desk.installation.change.current().planes.get(planeId(path.plane))
  if (plane) findItem(plane, path.name)
  access.check(needs, path.plane, namedItem(plane, path.name))
}

export const serverRoutes = [
  route(
    'GET',
    '/planes/{plane}/catalogue',
    {
      needs: 'catalogue.read',
      says: 'What agents could be granted: published servers and APIs with their classified capabilities, by name.',
      query: pageQuery,
      answer: pageOf(catalogueItem),
    },
    ({ desk, path, query }) => {
      const { change, registry, origin } = desk.installation
      const plane = change.current().planes.get(planeId(path.plane))
      const known = registry.capabilities(planeId(path.plane))
      const out = itemsOf(plane).filter((one) => published.has(lifeCycleOf(one)))
      const page = pageOfNamed(out, ({ name }) => name, query)
      const items = page.items.map((item) => ({
        name: item.name,
        ...saidOf(item),
        gateway: `${origin}/${item.kind === 'API' ? 'rest' : 'mcp'}/${path.plane}/${item.name}`,
        capabilities: known.filter(({ server }) => server === item.name).flatMap(offered),
      }))
      return { ...page, items }
    },
  ),
  route(
    'GET',
    '/planes/{plane}/status/servers',
    {
      needs: 'servers.read',
      says: "A plane's servers and APIs: health, eras, and how much of them agents can get.",
      query: pageQuery,
      answer: pageOf(serverRow),
    },
    ({ desk, path, query }) =>
      pageOfNamed(listServers(desk, { plane: path.plane }), ({ server }) => server, query),
  ),
  route(
    'GET',
    '/planes/{plane}/status/servers/{name}',
    {
      needs: 'servers.read',
      says: 'One server with every capability, and how those that are held have changed.',
      answer: serverAnswer,
    },
    ({ desk, path }) => showServer(desk, { plane: path.plane, server: path.name }),
  ),
  route(
    'POST',
    '/planes/{plane}/servers/{name}/classify',
    {
      takes: 'reason and key',
      needs: 'servers.classify',
      of: 'items',
      says: 'Says what a capability does; before that no agent sees it.',
      body: classifyForm,
      answer: classified,
    },
    (asked) => {
      checkServer(asked, 'servers.classify')
      const { path, desk, body } = asked
      const { name, kind, class: its, ...more } = body
      return classify(
        { ...desk, ...aboutOf(asked) },
        { plane: path.plane, server: path.name, name, kind, class: its, ...more },
      )
    },
  ),
  route(
    'POST',
    '/planes/{plane}/servers/{name}/life-cycle',
    {
      takes: 'reason and key',
      needs: 'servers.write',
      of: 'items',
      says: 'Says where a server or an API stands in its life; agents meet what is published or deprecated.',
      body: z.strictObject({ lifeCycle: z.enum(lifeCycles) }),
      answer: z.strictObject({
        plane: z.string(),
        server: z.string(),
        lifeCycle: z.enum(lifeCycles),
        revision: z.int(),
        set: z.string().optional(),
      }),
    },
    (asked) => {
      checkServer(asked, 'servers.write')
      const { path, desk, body } = asked
      const about = { plane: path.plane, server: path.name, lifeCycle: body.lifeCycle }
      return setLifeCycle({ ...desk, ...aboutOf(asked) }, about)
    },
  ),
  route(
    'POST',
    '/planes/{plane}/servers/{name}/release',
    {
      takes: 'reason',
      needs: 'servers.release',
      of: 'items',
      says: 'Accepts the changed definition of a capability that is held.',
      body: z.strictObject({
        name: written,
        kind: z.enum(capabilityKinds).optional().describe('Where several of that name are held.'),
        fingerprint: fingerprint.describe('`observed` of what was looked at, or its beginning.'),
      }),
      answer: z.strictObject({
        plane: z.string(),
        server: z.string(),
        capability,
        before: z.string(),
      }),
    },
    (asked) => {
      checkServer(asked, 'servers.release')
      const { path, desk, body } = asked
      const about = { plane: path.plane, server: path.name, ...body }
      return release({ ...desk, ...aboutOf(asked) }, about)
    },
  ),
  route(
    'POST',
    '/planes/{plane}/servers/{name}/release-all',
    {
      takes: 'reason',
      needs: 'servers.release',
      of: 'items',
      says: 'Accepts everything that is held at a server, as it was looked at.',
      body: z.strictObject({
        fingerprint: fingerprint.describe('`held` of the server as it was looked at.'),
      }),
      answer: z.strictObject({ plane: z.string(), server: z.string(), released: z.int() }),
    },
    (asked) => {
      checkServer(asked, 'servers.release')
      const { path, desk, body } = asked
      const about = { plane: path.plane, server: path.name, ...body }
      return releaseAll({ ...desk, ...aboutOf(asked) }, about)
    },
  ),
  route(
    'GET',
    '/planes/{plane}/status/servers/{name}/versions',
    {
      needs: 'servers.read',
      says: 'Every definition that was ever pinned, since when, by whom, and what it changed.',
      query: z.strictObject({
        capability: written.optional().describe('Of this one alone, with the diff of two.'),
        kind: z.enum(capabilityKinds).optional(),
        from: z.coerce.number().int().min(1).optional(),
        to: z.coerce.number().int().min(1).optional(),
      }),
      answer: versionsAnswer,
    },
    ({ desk, path, query: { capability: name, ...query } }) =>
      versions(desk, { plane: path.plane, server: path.name, name, ...query }),
  ),
] as const

const published: ReadonlySet<string> = new Set(['published', 'deprecated'])

/** Pinned and classified: what is not is nobody's to ask for yet. */
const offered = ({ kind, name, state, classification, definition }: Capability) =>
  state !== 'pinned' || !classification
    ? []
    : [
        {
          kind,
          name,
          title: titleOf(definition),
          class: classification.class,
          scopes: classification.scopes ?? [],
          labels: classification.labels ?? [],
        },
      ]
