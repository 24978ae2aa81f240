import { usePlanesWhere } from '../../parts/rights.ts'
import { useWords } from '../../words/words.ts'
import { outcomeSeries } from '../ledger/CallHistogram.tsx'
import { ByValue } from './ByValue.tsx'
import styles from './Overview.module.css'
import { OverviewPage } from './OverviewPage.tsx'
import { Panel } from './Panel.tsx'
import { useOverview } from './use-overview.ts'

const shown = ['capability', 'agent', 'consumer'] as const

/** Calls over time by tool, agent and consumer: how many, and what became of them. */
export default function Traffic() {
  const words = useWords()
  const { say } = words
  const planes = usePlanesWhere('calls')
  const state = useOverview()
  return (
    <OverviewPage state={state} planes={planes}>
      <ul className={styles.legend}>
        {outcomeSeries(words).map(({ id, title }) => (
          <li key={id}>
            <i data-outcome={id} aria-hidden="true" /> {title}
          </li>
        ))}
      </ul>
      {shown.map((by) => (
        <Panel key={by} title={say(`overview.by.${by}`)}>
          <ByValue {...{ by, planes, state }} top={20} />
        </Panel>
      ))}
    </OverviewPage>
  )
}
