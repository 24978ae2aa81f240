import { type ReactNode, useId, useState } from 'react'
import type { Filter } from '../filters/grammar.ts'
import { useWords } from '../words/words.ts'
import { Button } from './Button.tsx'
import styles from './FacetSide.module.css'

/** What narrows a list, beside it; on a small screen closed behind one button, which says how much is on. */
export const FacetSide = ({
  filters,
  children,
}: {
  readonly filters: readonly Filter[]
  readonly children: ReactNode
}) => {
  const { say } = useWords()
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  const count = filters.reduce((sum, { values }) => sum + values.length, 0)
  return (
    <div>
      <div className={styles.narrow}>
        <Button aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
          {count === 0 ? say('ui.facets') : say('ui.facets.on', { count })}
        </Button>
      </div>
      <div className={styles.side} id={id} data-facets data-shown={isOpen}>
        {children}
      </div>
    </div>
  )
}
