import { Outlet, useRouterState } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useEvents } from '../api/events.ts'
import { useAnswer } from '../api/queries.ts'
import { useMe } from '../api/session.ts'
import { useKeys } from '../keys/keys.ts'
import { Failed } from '../ui/Failed.tsx'
import { useGo } from '../ui/Go.tsx'
import { Loading } from '../ui/Loading.tsx'
import { Toasts } from '../ui/toast.tsx'
import { ProgramName } from '../ui/typed.ts'
import { useWords } from '../words/words.ts'
import styles from './Frame.module.css'
import { Jump } from './Jump.tsx'
import { KeysDialog } from './KeysDialog.tsx'
import { managerPlaces, placeOf } from './places.ts'
import { Rail } from './Rail.tsx'
import { TopBar } from './TopBar.tsx'
import { TrustLine } from './TrustLine.tsx'

/** What stands around every page: top bar, the places, the page, the trust line. */
export const Frame = () => {
  const { say } = useWords()
  const me = useMe()
  const status = useAnswer('/api/v1/status', {}, { enabled: me.data !== undefined })
  const [shows, setShows] = useState<'jump' | 'keys'>()
  useEvents(me.data !== undefined)
  useFrameKeys(setShows)
  useFocusOnMove()
  if (me.isPending) return <Loading what={say('frame.product')} rows={3} />
  if (me.error && me.error.status !== 401)
    return <Failed what={say('frame.product')} problem={me.error} onRetry={me.refetch} />
  if (!me.data) return null
  return (
    <div className={styles.frame}>
      <a href="#page" className={styles.skip}>
        {say('frame.skip')}
      </a>
      <TopBar me={me.data} onJump={() => setShows('jump')} onKeys={() => setShows('keys')} />
      <Rail />
      <main id="page" className={styles.page} tabIndex={-1}>
        <ProgramName value={status.data?.program ?? 'bailiwick'}>
          <Outlet />
        </ProgramName>
      </main>
      <TrustLine />
      <Toasts />
      {shows === 'jump' && <Jump onClose={() => setShows(undefined)} />}
      {shows === 'keys' && <KeysDialog onClose={() => setShows(undefined)} />}
    </div>
  )
}

const useFrameKeys = (show: (what: 'jump' | 'keys') => void): void => {
  const { say } = useWords()
  const go = useGo()
  const list = useMemo(
    () => [
      { keys: 'mod+k', says: 'frame.keys.jump' as const, act: () => show('jump') },
      { keys: '?', says: 'frame.keys.list' as const, act: () => show('keys') },
      { keys: '/', says: 'frame.keys.search' as const, act: focusSearch },
      { keys: 'f', says: 'frame.keys.facets' as const, act: focusFacets },
      ...managerPlaces.map(({ letter, title, to }) => ({
        keys: `g ${letter}`,
        says: 'frame.keys.go' as const,
        values: { place: say(title) },
        act: () => go(to),
      })),
    ],
    [say, go, show],
  )
  useKeys(list)
}

const focusSearch = () =>
  document.querySelector<HTMLElement>('main input[type="search"], main [role="searchbox"]')?.focus()

/** The first header: it says its own state, opens, and Tab goes on into its values. */
const focusFacets = () =>
  document.querySelector<HTMLElement>('main [data-testid="facets"] summary')?.focus()

/** A page that was gone to is told by its heading to who hears it; a tab of it keeps the focus. */
const useFocusOnMove = (): void => {
  // Where its page stands already: a page is loaded when it is first gone to, and has no heading before.
  const place = useRouterState({
    select: ({ resolvedLocation: at }) => at && placeOf(at.pathname)?.id,
  })
  const before = useRef<string>(undefined)
  useEffect(() => {
    if (place === undefined) return
    if (before.current !== undefined && before.current !== place)
      document.querySelector<HTMLElement>('main h1')?.focus()
    before.current = place
  }, [place])
}
