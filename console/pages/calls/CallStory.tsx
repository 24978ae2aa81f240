import { useEffect, useMemo, useState } from 'react'
import { useKeys } from '../../keys/keys.ts'
import { FullStrip } from '../../parts/FullStrip.tsx'
import { Outcome } from '../../parts/Outcome.tsx'
import { isUnderWay, sayStation, stopOf } from '../../parts/path.ts'
import { sayReason } from '../../parts/reasons.ts'
import { When } from '../../parts/when.tsx'
import { Button } from '../../ui/Button.tsx'
import { CopyButton } from '../../ui/Copy.tsx'
import { CopyLink } from '../../ui/CopyLink.tsx'
import { Go, useGo } from '../../ui/Go.tsx'
import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'
import { About, useSuspended } from './About.tsx'
import styles from './Call.module.css'
import { Entries } from './Entries.tsx'
import { Fix } from './Fix.tsx'
import { stationFacts } from './facts.tsx'
import { Recorded } from './Recorded.tsx'
import { Suspend } from './Suspend.tsx'
import { explainOf, type Story } from './story.ts'
import { ticketOf } from './ticket.ts'
import { Why } from './Why.tsx'

/** The whole story of one call: what became of it, why, who, what, and what is recorded of it. */
export const CallStory = ({
  story,
  again,
}: {
  readonly story: Story
  readonly again: () => void
}) => {
  const words = useWords()
  const { say } = words
  const { record } = story
  const road = record.path.map(({ note, ...step }) =>
    note === undefined ? step : { ...step, note: sayReason(words, note) },
  )
  const [shows, setShows] = useState<'fix' | 'suspend'>()
  const isSuspended = useSuspended(story)
  const isOpen = isUnderWay(record.path)
  useAgainWhile(isOpen, again)
  useExplainKey(explainOf(story))
  const title = say('call.named', { name: record.name || '—', server: record.server || '—' })
  return (
    <Page
      title={title}
      aside={
        <>
          <code className={styles.id} data-testid="call.id">
            {record.call}
          </code>
          <When at={record.at} />
        </>
      }
    >
      <section className={styles.panel} aria-label={say('call.title')}>
        <Became story={story} />
        <FullStrip path={road} facts={stationFacts(words, story)} travels={isOpen} />
      </section>
      <div className={styles.actions}>
        <Button
          tone={story.now?.decision === 'denied' ? 'main' : 'plain'}
          disabledReason={
            story.now?.decision === 'permitted' ? say('call.fix.permitted') : undefined
          }
          onClick={() => setShows('fix')}
        >
          {say('call.fix')}
        </Button>
        <Go to={explainOf(story)} className={styles.link}>
          {say('call.explain')}
        </Go>
        {record.agent !== '' && (
          <Button
            disabledReason={isSuspended ? say('call.suspend.already') : undefined}
            onClick={() => setShows('suspend')}
          >
            {say('call.suspend', { agent: record.agent })}
          </Button>
        )}
        <CopyLink />
        <CopyButton label={say('call.ticket')} text={() => ticketOf(words, story)} />
      </div>
      <Why story={story} />
      <About story={story} />
      <Recorded key={record.call} story={story} />
      <Entries story={story} />
      {shows === 'fix' && <Fix story={story} onClose={() => setShows(undefined)} />}
      {shows === 'suspend' && <Suspend story={story} onClose={() => setShows(undefined)} />}
    </Page>
  )
}

/** In one line where the road ended; at length where nobody can know. */
const Became = ({ story: { record } }: { readonly story: Story }) => {
  const words = useWords()
  const { say } = words
  const stop = stopOf(record.path)
  const note = (of: 'unknown' | 'underWay') => (
    <div className={styles.note} role="status" data-testid={`call.${of}`}>
      <h2>{say(`call.${of}.title`)}</h2>
      <p>{say(`call.${of}.body`)}</p>
    </div>
  )
  if (stop?.state === 'unknown') return note('unknown')
  if (isUnderWay(record.path)) return note('underWay')
  return (
    <p className={styles.became} data-testid="call.became">
      <Outcome state={stop?.state ?? 'passed'}>
        {stop
          ? `${words.say(outcomeKeys[stop.state] ?? 'ui.outcome.denied')} · ${sayStation(words, stop.station)}`
          : say('ui.outcome.permitted')}
      </Outcome>
      {record.count > 1 && <span>{say('call.count', { count: record.count })}</span>}
    </p>
  )
}

const outcomeKeys: Readonly<
  Record<
    string,
    'ui.outcome.denied' | 'ui.outcome.limited' | 'ui.outcome.held' | 'ui.outcome.failed'
  >
> = {
  denied: 'ui.outcome.denied',
  limited: 'ui.outcome.limited',
  held: 'ui.outcome.held',
  failed: 'ui.outcome.failed',
}

const everyMs = 2000

/** A call under way is asked for again until its outcome is recorded. */
const useAgainWhile = (on: boolean, again: () => void): void =>
  useEffect(() => {
    if (!on) return
    const timer = setInterval(again, everyMs)
    return () => clearInterval(timer)
  }, [on, again])

const useExplainKey = (to: string): void => {
  const go = useGo()
  const keys = useMemo(
    () => [{ keys: 'x', says: 'call.keys.explain' as const, act: () => go(to) }],
    [go, to],
  )
  useKeys(keys)
}
