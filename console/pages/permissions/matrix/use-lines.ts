import { useMemo } from 'react'
import { useWords } from '../../../words/words.ts'
import { agentHeads, capabilityHeads, groupedHeads, type Head } from './axes.ts'
import type { Matrix } from './load.ts'

/** Down the side and along the top, as the address says: capabilities by item, or turned. */
export const useLines = (
  { rows, columns }: Pick<Matrix, 'rows' | 'columns'>,
  shut: readonly string[],
  isSwapped: boolean,
): { readonly side: readonly Head[]; readonly top: readonly Head[] } => {
  const { language } = useWords()
  const key = shut.join(',')
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is what stands in `shut`
  return useMemo(
    () =>
      isSwapped
        ? { side: agentHeads(columns), top: capabilityHeads(rows) }
        : { side: groupedHeads(rows, (server) => shut.includes(server)), top: agentHeads(columns) },
    [rows, columns, key, isSwapped, language],
  )
}
