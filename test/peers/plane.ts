import { connectV1, type Target } from './clients.ts'

/** What a server offers, by name: what a plane's documents have to classify. */
export type Offers = { tools: string[]; prompts: string[]; resources: string[] }

/** A server in a plane: over HTTP, or by the name of one of the operator's runners. */
export type PlaneServer = {
  name: string
  upstream: { url: string } | { runner: string }
  offers: Offers
}

/** Asks a server itself. A template counts as a resource, as its text stands. */
export async function offersOf(target: Target): Promise<Offers> {
  const peer = await connectV1(target)
  const tools = (await peer.listTools()).map(({ name }) => name)
  const prompts = await peer.listPrompts()
  const resources = [...(await peer.listResources()), ...(await peer.listTemplates())]
  await peer.close()
  return { tools, prompts, resources }
}

export const agent = 'planner'
export const plane = 'ops'

/**
 * A plane whose one agent may call everything that its servers offer, as YAML documents (JSON is
 * YAML).
 */
export function openPlane(servers: PlaneServer[]): string {
  const [consumer, owner] = ['workplace-ai', 'alice@example.com']
  const documents = [
    { kind: 'Plane', name: plane, owner },
    { kind: 'Consumer', plane, name: consumer, owner },
    { kind: 'Agent', plane, name: agent, owner, consumers: [consumer] },
    ...servers.map(({ name, upstream, offers }) => ({
      kind: 'Server',
      plane,
      name,
      owner,
      upstream,
      tools: allRead(offers.tools),
      prompts: allRead(offers.prompts),
      resources: allRead(offers.resources),
    })),
    {
      kind: 'Grant',
      plane,
      name: 'everything',
      agent,
      consumer,
      allow: servers.map(({ name }) => ({ server: name })),
      reason: 'Tests call everything.',
    },
  ]
  const written = documents.map((one) => JSON.stringify({ apiVersion: 'bailiwick/v1', ...one }))
  return written.join('\n---\n')
}

const allRead = (names: string[]) =>
  Object.fromEntries(names.map((name) => [name, { class: 'read' }]))
