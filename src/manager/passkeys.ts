import type { PasskeyInfo } from '#people/people.ts'
import type { Desk } from './desk.ts'

/** A passkey, and whose it is. */
export interface PersonsPasskey extends PasskeyInfo {
  readonly person: string
}

/** Oldest first. */
export const listPasskeys = async (
  { installation: { people } }: Desk,
  { person }: { person: string },
): Promise<PersonsPasskey[]> => {
  const { passkeys } = await people.passkeys.standing(person)
  return passkeys.map((one) => ({ person, ...one }))
}

/** It is taken no longer, and all that its person is signed in to has ended. */
export const removePasskey = async (
  { installation: { people }, by }: Desk,
  { person, id }: { person: string; id: string },
): Promise<{ person: string; id: string }> => {
  await people.passkeys.remove(person, id, by)
  return { person, id }
}
