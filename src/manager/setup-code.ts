import { Fault } from '#lib/fault.ts'
import type { Desk } from './desk.ts'

/** A code for the first administrator; with `recover` for another one, where nobody can sign in any more. */
export const newSetupCode = async (
  { installation: { people } }: Desk,
  { recover }: { recover: boolean },
): Promise<{ code: string; endsAt: number }> => {
  if (recover || (await people.setup.needed())) return people.setup.begin()
  throw new Fault('usage', {
    detail: 'This installation is set up: there is an administrator who can sign in.',
    fix: 'bailiwick login, or bailiwick setup-code --recover where nobody can',
  })
}
