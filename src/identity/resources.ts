import { managerId, type PlaneId } from '#domain/name.ts'

/** Addresses of the plane's issuer and endpoints, all under the configured origin and never under a Host header. */
export const issuerOf = (origin: string, plane: PlaneId): string => `${origin}/oauth/${plane}`

/** The plane's own endpoint, or the Manager's API: what a token is for when nobody said. */
export const planeResource = (origin: string, plane: PlaneId): string =>
  plane === managerId ? `${origin}/api/v1` : `${origin}/mcp/${plane}`

/**
 * Whether a token for `audience` serves `resource`. A token for a plane's own endpoint serves all
 * below it; one for a server or for a REST API serves that one alone.
 */
export const createCovers = (origin: string) => {
  const endpoints = `${origin}/mcp/`
  return (audience: string, resource: string): boolean => {
    if (audience === resource) return true
    const isPlane = audience.startsWith(endpoints) && !audience.includes('/', endpoints.length)
    return isPlane && audience.length > endpoints.length && resource.startsWith(`${audience}/`)
  }
}
