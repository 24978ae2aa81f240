import { createHash } from 'node:crypto'
import { Fault } from '#lib/fault.ts'
import { canonicalJson } from '#lib/json.ts'
import type { Store } from '#store/store.ts'
import type { About } from './change.ts'

const keyPattern = /^[\x21-\x7e]{1,128}$/

/** What a key stands for: who asked, and for what. The same key for anything else is refused. */
export const keyFor = (
  { by, key }: Pick<About, 'by' | 'key'>,
  asked: Readonly<Record<string, unknown>>,
): { text: string; digest: string } | undefined => {
  if (key === undefined) return undefined
  if (!keyPattern.test(key)) {
    throw new Fault('usage', {
      detail: 'an idempotency key is 1 to 128 visible ASCII characters',
      fix: 'use a new UUID for each command, and the same one when it is sent again',
    })
  }
  const digest = createHash('sha256').update(canonicalJson(asked)).digest('base64url')
  return { text: `${by} ${key}`, digest }
}

/** The revision that this very command made already, undefined where it made none. */
export const findDone = async (
  store: Store,
  key: { text: string; digest: string } | undefined,
): Promise<number | undefined> => {
  const done = key && (await store.revisions.findKey(key.text))
  if (!done) return undefined
  if (done.digest === key.digest) return done.revision
  throw new Fault('usage', {
    detail: 'this idempotency key was used for another command',
    fix: 'use a new key for each command',
  })
}
