import { Select } from '@mantine/core'
import { useState } from 'react'
import { fixedRange } from '../../filters/time.ts'
import { PlaneName } from '../../parts/planes.tsx'
import { usePlanesWhere } from '../../parts/rights.ts'
import { paths } from '../../paths.ts'
import { useGo } from '../../ui/Go.tsx'
import { useWords } from '../../words/words.ts'
import { CallHistogram } from '../ledger/CallHistogram.tsx'
import { titleOf } from '../ledger/fields.ts'
import { Suspended } from '../Suspended.tsx'
import { useSuspensions } from '../suspensions.ts'
import { ByValue } from './ByValue.tsx'
import { CallsPath } from './CallsPath.tsx'
import { ChangedToday } from './ChangedToday.tsx'
import { NeedsPerson } from './NeedsPerson.tsx'
import styles from './Overview.module.css'
import { OverviewPage } from './OverviewPage.tsx'
import { Panel } from './Panel.tsx'
import { tops, useOverview } from './use-overview.ts'

/** Is anything wrong, is all that arrived recorded, what has changed. */
export default function Now() {
  const words = useWords()
  const { say } = words
  const planes = usePlanesWhere('calls')
  const state = useOverview()
  const stopped = useSuspensions(usePlanesWhere('suspensions')).rows.filter(
    ({ kind }) => kind === 'plane',
  )
  const go = useGo()
  const [now] = useState(Date.now)
  const { range, by, set, everyMs } = state
  return (
    <OverviewPage state={state} planes={planes}>
      {stopped.map((one) => (
        <Suspended key={one.plane} about={one}>
          <PlaneName plane={one.plane} />
        </Suspended>
      ))}
      <CallsPath planes={planes} state={state} />
      <div className={styles.pair}>
        <div className={styles.column}>
          <NeedsPerson planes={planes} everyMs={everyMs} />
          <ChangedToday planes={planes} />
        </div>
        <div className={styles.column}>
          <CallHistogram
            {...{ planes, range, now, everyMs }}
            filters={nothing}
            onRange={(from, to) => go(`${paths.ledger()}?t=${fixedRange(from, to)}`)}
          />
          <Panel
            title={say('overview.top')}
            aside={
              <Select
                size="xs"
                w={160}
                aria-label={say('overview.by')}
                data={tops.map((value) => ({ value, label: titleOf(words, value) }))}
                value={by}
                allowDeselect={false}
                onChange={(one) => set({ by: one ?? undefined })}
              />
            }
          >
            <ByValue {...{ by, planes, state }} top={8} />
          </Panel>
        </div>
      </div>
    </OverviewPage>
  )
}
const nothing: readonly never[] = []
