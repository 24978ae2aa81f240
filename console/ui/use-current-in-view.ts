import { type RefObject, useEffect, useRef } from 'react'

/** Where a row of links is wider than its screen, the one that is current is brought into it. */
export const useCurrentInView = (current: string | undefined): RefObject<HTMLElement | null> => {
  const row = useRef<HTMLElement>(null)
  useEffect(() => {
    if (current === undefined) return
    const link = row.current?.querySelector('[aria-current]')
    link?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [current])
  return row
}
