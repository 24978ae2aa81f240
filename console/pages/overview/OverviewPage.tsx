import { type ReactNode, useMemo } from 'react'
import { useKeys } from '../../keys/keys.ts'
import { paths } from '../../paths.ts'
import { Button } from '../../ui/Button.tsx'
import { NothingYet } from '../../ui/Empty.tsx'
import { UnknownFilters } from '../../ui/FilterChips.tsx'
import { Go, useGo } from '../../ui/Go.tsx'
import { Page } from '../../ui/Page.tsx'
import { RangePicker } from '../../ui/RangePicker.tsx'
import { useWords } from '../../words/words.ts'
import type { OverviewState } from './use-overview.ts'

/** What both tabs of the overview have. */
export const OverviewPage = ({
  state: { range, set, unknown, isLive },
  planes,
  children,
}: {
  readonly state: OverviewState
  /** Whose calls the person may read; without any there is another place to begin. */
  readonly planes: readonly string[]
  readonly children: ReactNode
}) => {
  const { say } = useWords()
  const go = useGo()
  const keys = useMemo(
    () =>
      [
        { keys: '1', says: 'overview.now', act: () => go(paths.overview()) },
        { keys: '2', says: 'overview.traffic', act: () => go(paths.traffic()) },
      ] as const,
    [go],
  )
  useKeys(keys)
  return (
    <Page
      title={say('overview.title')}
      tabs={[
        { to: paths.overview(), title: say('overview.now') },
        { to: paths.traffic(), title: say('overview.traffic') },
      ]}
      actions={
        <>
          <RangePicker value={range.text} onChange={(t) => set({ t })} />
          <Button
            aria-pressed={isLive}
            data-testid="overview.live"
            disabledReason={range.kind === 'fixed' ? say('ledger.live.fixed') : undefined}
            leftSection={<span aria-hidden="true">{isLive ? '●' : '○'}</span>}
            onClick={() => set({ live: isLive ? '0' : undefined })}
          >
            {say(isLive ? 'ledger.live.live' : 'ledger.live.off')}
          </Button>
        </>
      }
    >
      <UnknownFilters names={unknown} />
      {planes.length > 0 ? (
        children
      ) : (
        <NothingYet
          title={say('overview.notYours')}
          action={<Go to={paths.catalog()}>{say('frame.place.catalog')}</Go>}
        >
          {say('overview.notYours.says')}
        </NothingYet>
      )}
    </Page>
  )
}
