import type { AgentDocument } from '#domain/documents.ts'
import { type ClientId, managerId } from '#domain/name.ts'
import type { SignInClient } from '../sign-in/clients.ts'

/** A program that people sign in for at the Manager, and what a document of it would say. */
export interface ManagerClient {
  readonly client: SignInClient
  readonly document: AgentDocument
  /** What a token that it gets is called in the list of its person's tokens. */
  readonly label: string
}

const headOf = (name: string) =>
  ({
    ...{ apiVersion: 'bailiwick/v1', kind: 'Agent', plane: managerId, name },
    ...{ owner: 'the installation', consumers: [managerId] },
  }) satisfies AgentDocument

/**
 * `bailiwick`, on whichever computer a person sits. It has no secret and listens on its own machine, at a
 * port that it finds (RFC 8252 §7.3).
 */
const terminal: ManagerClient = {
  client: {
    id: 'bailiwick',
    client: 'bailiwick@manager' as ClientId,
    from: 'document',
    title: 'Bailiwick’s terminal program',
    redirects: ['http://127.0.0.1/back', 'http://[::1]/back'],
    isOnce: true,
  },
  document: headOf('bailiwick'),
  label: 'terminal',
}

export const consoleId = 'console'
export const consoleBack = '/m/back'

/**
 * The console in a browser. Its codes go to one address of this origin, where the server itself redeems
 * them: it proves itself by a secret that it never tells, so no page and no program gets a token for one.
 */
const consoleAt = (origin: string): ManagerClient => ({
  client: {
    id: consoleId,
    client: 'console@manager' as ClientId,
    from: 'document',
    title: 'Bailiwick’s console',
    redirects: [`${origin}${consoleBack}`],
    isOnce: true,
    isConsole: true,
  },
  document: { ...headOf(consoleId), authenticate: { secret: true } },
  label: 'browser',
})

export const managerClients = (origin: string): readonly ManagerClient[] => [
  terminal,
  consoleAt(origin),
]
