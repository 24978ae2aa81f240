import { Popover } from '@mantine/core'
import { Columns3 } from 'lucide-react'
import { useState } from 'react'
import { useWords } from '../words/words.ts'
import { Button } from './Button.tsx'
import styles from './Table.module.css'
import type { Column } from './Table.tsx'

interface Chosen<R> {
  readonly all: readonly Column<R>[]
  readonly shown: readonly Column<R>[]
  readonly set: (ids: readonly string[]) => void
}

/** Which columns, in which order: the person's own, kept in their browser and in no link. */
export const useColumns = <R,>(id: string, all: readonly Column<R>[]): Chosen<R> => {
  const kept = `bailiwick.columns.${id}`
  const [ids, setIds] = useState<readonly string[]>(() => {
    const written = localStorage.getItem(kept)?.split(',')
    return written ?? all.filter(({ optional }) => !optional).map((one) => one.id)
  })
  const shown = ids.flatMap((one) => all.find((column) => column.id === one) ?? [])
  return {
    all,
    shown: shown.length > 0 ? shown : all,
    set(next) {
      localStorage.setItem(kept, next.join(','))
      setIds(next)
    },
  }
}

export const ColumnChooser = <R,>({ all, shown, set }: Chosen<R>) => {
  const { say } = useWords()
  const ids = shown.map(({ id }) => id)
  const ordered = [...shown, ...all.filter(({ id }) => !ids.includes(id))]
  const move = (id: string, by: number) => {
    const at = ids.indexOf(id)
    const next = ids.filter((one) => one !== id)
    next.splice(at + by, 0, id)
    set(next)
  }
  return (
    <Popover position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="subtle" leftSection={<Columns3 size={16} aria-hidden="true" />}>
          {say('ui.table.columns')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <ul className={styles.chooser}>
          {ordered.map(({ id, title }) => {
            const at = ids.indexOf(id)
            const on = at >= 0
            return (
              <li key={id}>
                <label>
                  <input
                    type="checkbox"
                    checked={on}
                    disabled={on && ids.length === 1}
                    onChange={() => set(on ? ids.filter((one) => one !== id) : [...ids, id])}
                  />
                  {title}
                </label>
                {on && (
                  <>
                    <button
                      type="button"
                      disabled={at === 0}
                      aria-label={say('ui.table.left', { column: title })}
                      onClick={() => move(id, -1)}
                    >
                      ↑
                    </button>
                    <button
                      type="button"
                      disabled={at === ids.length - 1}
                      aria-label={say('ui.table.right', { column: title })}
                      onClick={() => move(id, 1)}
                    >
                      ↓
                    </button>
                  </>
                )}
              </li>
            )
          })}
        </ul>
      </Popover.Dropdown>
    </Popover>
  )
}
