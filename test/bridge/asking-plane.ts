import { agent, consumer, documents, grant, plane } from '../gateway/plane.ts'

const tools = [
  ...['plain', 'rounds', 'everything', 'link', 'endless', 'slow', 'logs', 'list', 'linked'],
  ...['mirrored', 'touch'],
]
const allRead = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, { class: 'read' }]))

/** A plane before the asking server, with two agents that may use all of it. */
export const askingPlane = (url: string, ...more: string[]): string =>
  documents(
    plane(),
    consumer(),
    agent('planner'),
    agent('other'),
    JSON.stringify({
      ...{
        apiVersion: 'bailiwick/v1',
        kind: 'Server',
        plane: 'ops',
        name: 'asking',
        owner: 'tests',
      },
      upstream: { url },
      tools: allRead(tools),
      prompts: allRead(['asks']),
      resources: allRead(['test://watched', 'test://item/{id}']),
    }),
    grant('planner', 'planner', [{ server: 'asking' }]),
    grant('other', 'other', [{ server: 'asking' }]),
    ...more,
  )
