import { useMemo } from 'react'
import { useListState } from '../../filters/use-search.ts'
import { useKeys } from '../../keys/keys.ts'
import { Outcome } from '../../parts/Outcome.tsx'
import { PlaneName, useMyPlanes } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import { NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Go, useGo } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Page } from '../../ui/Page.tsx'
import { usePart } from '../../ui/use-part.ts'
import { WordDiff } from '../../ui/WordDiff.tsx'
import { useWords } from '../../words/words.ts'
import { Findings } from '../catalog/CapabilityPeek.tsx'
import { type Capability, type ItemAnswer, keyOf } from '../catalog/classes.ts'
import { useItem } from '../catalog/use-item.ts'
import { Affected } from './Affected.tsx'
import { Decide } from './Decide.tsx'
import styles from './Drift.module.css'
import { useHeld } from './held.ts'
import { useReviewTabs } from './tabs.ts'

const known = { fields: [], keys: ['capability'] }

/** One definition that changed: what, whom it touches, and three ways on, none of them the default. */
export default function DriftOf() {
  const { say } = useWords()
  const { search } = useListState(known)
  const name = search.capability ?? ''
  const server = usePart('item')
  const { item, problem, isPending, retry } = useItem(server)
  const row = item?.capabilities.find((one) => keyOf(one) === name)
  const tabs = useReviewTabs()
  const go = useGo()
  const all = useHeld(useMyPlanes(), 'held').rows
  const shortcuts = useMemo(() => {
    const here = all.findIndex((one) => one.server === server && keyOf(one) === name)
    const move = (by: number) => () => {
      const next = all[here + by]
      if (next) go(`${paths.driftOf(next.server, keyOf(next))}&plane=${next.plane}`)
    }
    return [
      { keys: 'n', says: 'drift.keys.next', act: move(1) },
      { keys: 'p', says: 'drift.keys.previous', act: move(-1) },
    ] as const
  }, [all, server, name, go])
  useKeys(shortcuts)
  const title = row ? say('drift.changed', { name: row.name, item: server }) : say('drift.title')
  return (
    <Page
      title={title}
      tabs={tabs}
      aside={
        item && (
          <>
            <PlaneName plane={item.plane} />
            <span>{say('catalog.ownedBy', { owner: item.owner })}</span>
          </>
        )
      }
    >
      {problem && <Failed what={title} problem={problem} onRetry={retry} />}
      {isPending && <Loading what={title} />}
      {item && row?.state === 'held' && <Review key={row.observed} item={item} row={row} />}
      {item && row?.state !== 'held' && (
        <NothingYet
          title={say('drift.settled')}
          action={
            <Go to={`${paths.item(server, 'changes')}?plane=${item.plane}`}>
              {say('catalog.tab.changes')}
            </Go>
          }
        >
          {say('drift.settled.body')}
        </NothingYet>
      )}
    </Page>
  )
}

const Review = ({ item, row }: { readonly item: ItemAnswer; readonly row: Capability }) => {
  const { say } = useWords()
  const changes = row.changes ?? []
  return (
    <div className={styles.review} data-testid="drift.review">
      <p>
        <Outcome state="held">{say('drift.held')}</Outcome>{' '}
        {row.restless && <strong>{say('drift.restless')}</strong>}
      </p>
      <Affected item={item} row={row} />
      {row.findings.length > 0 && (
        <section>
          <h2>{say('catalog.findings')}</h2>
          <Findings findings={row.findings} />
        </section>
      )}
      <section>
        <h2>{say('drift.diff', { count: changes.length })}</h2>
        <p className={styles.legend}>
          <del>{say('drift.legend.removed')}</del> <ins>{say('drift.legend.added')}</ins> ·{' '}
          {say('drift.versions', { version: row.version ?? 1 })}{' '}
          <code>{row.fingerprint.slice(0, 12)}</code> → <code>{row.observed?.slice(0, 12)}</code>
        </p>
        <WordDiff changes={changes} />
      </section>
      <Decide item={item} row={row} />
    </div>
  )
}
