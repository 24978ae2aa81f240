import { Fault } from '#lib/fault.ts'
import type { AppliedAnswer } from '#manager/documents.ts'
import type { Control } from '../control.ts'
import type { Taken } from './draft.ts'
import type { Standing } from './place.ts'

/** The plane that was named, else the only one. */
export const planeFor = async (control: Control, written: string | undefined): Promise<string> => {
  if (written !== undefined) return written
  const { planes } = await control.ask('status', {})
  const [first, ...others] = planes.map(({ plane }) => plane)
  if (first !== undefined && others.length === 0) return first
  throw new Fault('usage', {
    detail:
      first === undefined
        ? 'There is no plane for you yet.'
        : `Name the plane: ${[first, ...others].join(', ')}.`,
  })
}

export const standingIn = async (control: Control, plane: string): Promise<Standing> => {
  const [items, credentials] = [
    await control.ask('serverList', { plane }),
    await control.ask('credList', { plane }),
  ]
  return {
    items: new Map(items.map((one) => [one.server, one])),
    credentials: new Set(credentials.map(({ credential }) => credential)),
  }
}

/** All drafts in one change, of no set: whoever puts them into files takes them over. */
export const makeDrafts = async (
  control: Control,
  taken: readonly Taken[],
  dryRun: boolean,
): Promise<AppliedAnswer | undefined> => {
  const documents = taken.flatMap((one) => one.documents)
  if (documents.length === 0) return undefined
  const text = documents.map((one) => JSON.stringify(one)).join('\n---\n')
  const files = [{ name: 'import', text }]
  return await control.ask('apply', { files, prune: false, dryRun })
}

/** Each into the vault, in the body of a request and nowhere else. */
export const keepSecrets = async (
  control: Control,
  plane: string,
  taken: readonly Taken[],
): Promise<{ credential: string; version: number }[]> => {
  const kept = []
  for (const { credential, secret } of taken.flatMap((one) => one.secrets)) {
    const sent = Buffer.from(secret).toString('base64')
    const { version } = await control.ask('credSet', { plane, credential, secret: sent })
    kept.push({ credential, version })
  }
  return kept
}
