import type { PlanePolicy } from '#change/change.ts'
import type { PlaneId } from '#domain/name.ts'
import { conditionsIn, judge, type Written } from './check.ts'
import type { Offers } from './proposal.ts'
import { itemsOf } from './select.ts'

/** A condition that stands and is wrong by now: its capabilities are others than when it was written. */
export interface WrongCondition {
  readonly kind: 'Grant' | 'Rule'
  readonly name: string
  readonly key: Written['key']
  readonly message: string
}

/** More conditions than this are not looked at: the same few words are wrong in all of them. */
const mostJudged = 2000

/**
 * What a rename in a server's definitions has made wrong: until it is mended it permits nothing, or
 * denies. Of one item, or of all.
 */
export const findWrong = async (about: {
  readonly plane: PlaneId
  readonly policy: PlanePolicy
  readonly item: string | undefined
  readonly offers: Offers
  breathe(): Promise<void>
}): Promise<WrongCondition[]> => {
  const { plane, policy, item, offers } = about
  const found: WrongCondition[] = []
  let judged = 0
  for (const written of conditionsOver(plane, policy, item)) {
    if (judged++ === mostJudged) break
    const { of, key } = written
    for (const { message } of judge(policy, written, offers))
      found.push({ kind: of.kind as WrongCondition['kind'], name: of.name, key, message })
    await about.breathe()
  }
  return found
}

function* conditionsOver(
  plane: PlaneId,
  policy: PlanePolicy,
  item: string | undefined,
): Generator<Written> {
  const reaches = ({ over }: Written) => item === undefined || itemsOf(over)?.has(item) !== false
  for (const { kind, name, when } of policy.grants.values())
    if (when !== undefined) yield* conditionsIn(policy, { plane, kind, name }).filter(reaches)
  for (const { kind, name } of policy.rules.values())
    yield* conditionsIn(policy, { plane, kind, name }).filter(reaches)
}
