import type { PlanePolicy } from '#change/change.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Installation } from '#gateway/installation.ts'
import { recordsArguments } from '#ledger/given.ts'
import type { CallRecord } from '#ledger/ledger.ts'
import type { Given } from '#policy/replay.ts'
import type { Sight } from './asking.ts'

/**
 * With what a call that was made is decided again: what it was made with, for whoever may read that.
 * Of a refusal no arguments are kept.
 */
export const givenOf = async (
  { given }: Pick<Installation, 'given'>,
  { id, policy }: { readonly id: PlaneId; readonly policy: PlanePolicy },
  record: CallRecord,
  sight: Sight,
): Promise<Given> => {
  if (!recordsArguments(record.method)) return { args: undefined }
  if (record.decision !== 'permitted') return { unknown: 'not recorded' }
  if (!sight.arguments(policy, record.server)) return { unknown: 'not yours to read' }
  const args = await given({ plane: id, ...record })
  return args === undefined ? { unknown: 'not recorded' } : { args }
}
