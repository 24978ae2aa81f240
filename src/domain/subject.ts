import type { ClientId } from './name.ts'

/**
 * Whom what is recorded of a call is about: the user on whose behalf it was made, else the client.
 * What is recorded is sealed for its subject, and erased with the subject's keys.
 */
export type Subject = `user:${string}` | `client:${ClientId}`

export const subjectOf = ({
  client,
  user,
}: {
  readonly client: ClientId
  readonly user?: string | undefined
}): Subject => (user === undefined ? `client:${client}` : `user:${user}`)
