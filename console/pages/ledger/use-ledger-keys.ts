import { type RefObject, useMemo } from 'react'
import { useKeys } from '../../keys/keys.ts'

/** The keys of this page, beside those of every list. */
export const useLedgerKeys = ({
  page,
  turn,
  onExport,
}: {
  readonly page: RefObject<HTMLElement | null>
  readonly turn: (by: -1 | 1) => void
  readonly onExport: () => void
}): void => {
  const keys = useMemo(() => {
    const focus = (what: string) => () => page.current?.querySelector<HTMLElement>(what)?.focus()
    return [
      { keys: 'h', says: 'ledger.keys.histogram', act: focus('[role=slider]') },
      { keys: 'f', says: 'frame.keys.facets', act: focus('[data-facets] summary') },
      { keys: '[', says: 'ledger.keys.before', act: () => turn(-1) },
      { keys: ']', says: 'ledger.keys.behind', act: () => turn(1) },
      { keys: 'e', says: 'ledger.keys.export', act: onExport },
    ] as const
  }, [page, turn, onExport])
  useKeys(keys)
}
