import { useMemo } from 'react'
import { useListState } from '../../filters/use-search.ts'
import { useKeys } from '../../keys/keys.ts'
import { useOnePlane } from '../../parts/planes.tsx'
import { CopyLink } from '../../ui/CopyLink.tsx'
import { NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { UnknownFilters } from '../../ui/FilterChips.tsx'
import { Dimmed, Loading } from '../../ui/Loading.tsx'
import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'
import { Answered } from './explain/Answered.tsx'
import { Compare } from './explain/Compare.tsx'
import { Question } from './explain/Question.tsx'
import { explainFields, readAsking } from './explaining.ts'
import { usePermissionTabs } from './tabs.ts'
import { isWhole, useExplained } from './use-explained.ts'

/** Whether an agent may call something, by the evaluator of the gateway; the question is the address. */
export default function Explain() {
  const { say } = useWords()
  const { search, set, unknown } = useListState(explainFields)
  const plane = useOnePlane()
  const asking = { ...readAsking(search), plane }
  const now = useExplained(asking)
  const title = say('explain.title')
  useRunKey(() => void now.refetch())
  return (
    <Page title={title} actions={<CopyLink />} tabs={usePermissionTabs()}>
      <UnknownFilters names={unknown} />
      <Question asking={asking} set={set} />
      {!isWhole(asking) && (
        <NothingYet title={say('explain.empty.title')}>{say('explain.empty.body')}</NothingYet>
      )}
      {now.error && <Failed what={title} problem={now.error} onRetry={now.refetch} />}
      {isWhole(asking) && now.isPending && <Loading what={title} rows={3} />}
      {isWhole(asking) && now.data && (
        <Dimmed on={now.isPlaceholderData}>
          <Answered asking={asking} answer={now.data} set={set} />
          <Compare asking={asking} now={now.data} set={set} />
        </Dimmed>
      )}
    </Page>
  )
}

/** What is being typed is taken first. */
const useRunKey = (run: () => void): void => {
  const keys = useMemo(() => {
    const act = () => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
      run()
    }
    return [{ keys: 'mod+enter', says: 'explain.keys.run' as const, act }]
  }, [run])
  useKeys(keys)
}
