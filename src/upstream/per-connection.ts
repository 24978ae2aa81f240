/** What belongs to one connection and its one client, which no caller of a connection of ours is. */
export function isPerConnection(method: string): boolean {
  return PER_CONNECTION.has(method) || method.startsWith('tasks/')
}

const PER_CONNECTION: ReadonlySet<string> = new Set([
  'initialize',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
])
