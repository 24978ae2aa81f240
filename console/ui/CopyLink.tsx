import { useCallback, useMemo } from 'react'
import { writeSearch } from '../filters/grammar.ts'
import { frozen } from '../filters/time.ts'
import { useListState } from '../filters/use-search.ts'
import { useKeys } from '../keys/keys.ts'
import { useWords } from '../words/words.ts'
import { Button } from './Button.tsx'
import { toast } from './toast.tsx'

/** The address of what is seen, with its time frozen, so that it means the same rows tomorrow. */
export const useLink = (): ((keepsRelative?: boolean) => string) => {
  const { search, range } = useListState()
  return useCallback(
    (keepsRelative = false) => {
      const { live: _, ...rest } = search
      const t = range && !keepsRelative ? frozen(range, Date.now()) : undefined
      return `${location.origin}${location.pathname}${writeSearch(t === undefined ? search : { ...rest, t })}`
    },
    [search, range],
  )
}

export const CopyLink = () => {
  const { say } = useWords()
  const linkOf = useLink()
  const copy = useCallback(() => {
    void navigator.clipboard.writeText(linkOf()).then(() => toast(say('ui.copied')))
  }, [linkOf, say])
  const keys = useMemo(() => [{ keys: 'y', says: 'frame.keys.copy', act: copy } as const], [copy])
  useKeys(keys)
  return <Button onClick={copy}>{say('ui.copyLink')}</Button>
}
