import { useCallback, useMemo, useState } from 'react'
import { useKeys } from '../../keys/keys.ts'
import { type Capability, type Choice, type Choices, choose, keyOf } from './classes.ts'

const none: ReadonlySet<string> = new Set()

interface Chosen {
  readonly choices: Choices
  /** What was looked at when it was chosen, by fingerprint. */
  readonly seen: ReadonlyMap<string, string>
}
const nothing: Chosen = { choices: new Map(), seen: new Map() }

export interface Classifying {
  readonly choices: Choices
  /** Chosen, and told otherwise by their server since: to be looked at again. */
  readonly moved: readonly Capability[]
  readonly selected: ReadonlySet<string>
  select(keys: ReadonlySet<string>): void
  pick(rows: readonly Capability[], choice: Choice): void
  clear(): void
}

const tellsNow = ({ observed, fingerprint }: Capability): string => observed ?? fingerprint

/** What is chosen and not published, and the keys that choose: on the focused row. */
export const useClassifying = (rows: readonly Capability[]): Classifying => {
  const [{ choices, seen }, setChosen] = useState(nothing)
  const [selected, select] = useState(none)
  const pick = useCallback(
    (about: readonly Capability[], choice: Choice) =>
      setChosen((before) => ({
        choices: choose(before.choices, about, choice),
        seen: new Map([
          ...before.seen,
          ...about.map((one) => [keyOf(one), tellsNow(one)] as const),
        ]),
      })),
    [],
  )
  const shortcuts = useMemo(() => {
    const onRow = (choice: Choice) => () => {
      const key = document.activeElement?.closest<HTMLElement>('tr[data-id]')?.dataset.id
      const row = rows.find((one) => keyOf(one) === key)
      if (row && row.state !== 'absent') pick([row], choice)
    }
    return [
      { keys: 'r', says: 'catalog.keys.read', act: onRow('read') },
      { keys: 'w', says: 'catalog.keys.write', act: onRow('write') },
      { keys: 'd', says: 'catalog.keys.destructive', act: onRow('destructive') },
      { keys: 'u', says: 'catalog.keys.unclassified', act: onRow('unclassified') },
    ] as const
  }, [rows, pick])
  useKeys(shortcuts)
  const clear = useCallback(() => {
    setChosen(nothing)
    select(none)
  }, [])
  const moved = rows.filter((row) => {
    const key = keyOf(row)
    return choices.has(key) && seen.get(key) !== tellsNow(row)
  })
  return { choices, moved, selected, select, pick, clear }
}
