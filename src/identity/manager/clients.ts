import type { AgentDocument } from '#domain/documents.ts'
import { type ClientId, managerId } from '#domain/name.ts'
import type { SignInClient } from '../sign-in/clients.ts'

/**
 * The one program that people sign in for at the Manager: `bailiwick`, on whichever computer they sit.
 * It has no secret and listens on its own machine, at a port that it finds (RFC 8252 §7.3).
 */
export const terminal: SignInClient = {
  id: 'bailiwick',
  client: 'bailiwick@manager' as ClientId,
  from: 'document',
  title: 'Bailiwick’s terminal program',
  redirects: ['http://127.0.0.1/back', 'http://[::1]/back'],
  isOnce: true,
}

export const terminalDocument: AgentDocument = {
  ...{ apiVersion: 'bailiwick/v1', kind: 'Agent', plane: managerId, name: 'bailiwick' },
  ...{ owner: 'the installation', consumers: [managerId] },
}
