import { startGateway } from '../peers/gateway.ts'
import { agent, offersOf, openPlane, plane } from '../peers/plane.ts'
import type { HttpServer } from '../peers/servers.ts'
import type { Front } from './front.ts'
import { type Requirements, runSuite } from './suite.ts'

/**
 * The suite through `/mcp/{plane}/{server}`, with every capability of the fixture granted. What it
 * offers is asked of `alike`, where it speaks none of the older revisions itself.
 */
export async function runGoverned(
  fixture: HttpServer,
  front: Front,
  requirements: Requirements,
  alike = fixture,
) {
  const offers = await offersOf({ url: alike.url })
  const gateway = await startGateway({
    documents: openPlane([{ name: 'fixture', upstream: { url: fixture.url }, offers }]),
    // The front keeps the Host and Origin that were meant for itself.
    config: { allowedHosts: [new URL(front.origin).host], allowedOrigins: [front.origin] },
  })
  try {
    const path = `/mcp/${plane}/fixture`
    front.aimAt(gateway.origin, await gateway.token(agent, gateway.origin + path))
    return await runSuite(front.origin + path, requirements)
  } finally {
    await gateway.stop()
  }
}
