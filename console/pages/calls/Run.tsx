import { useMemo } from 'react'
import { useAnswer } from '../../api/queries.ts'
import { useKeys } from '../../keys/keys.ts'
import { paths } from '../../paths.ts'
import { Go, useGo } from '../../ui/Go.tsx'
import { useWords } from '../../words/words.ts'
import type { Story } from './story.ts'

const most = 200
const day = 86_400_000

/** The calls of the flow that this one belongs to; j and k go along it. */
export const Run = ({ story: { plane, record } }: { readonly story: Story }) => {
  const { say } = useWords()
  const { run } = record
  const { data } = useAnswer(
    '/api/v1/planes/{plane}/calls',
    {
      params: {
        path: { plane },
        query: {
          where: [`run=${run}`],
          // A run is minutes long, and no index holds it: a day on either side is looked at.
          since: new Date(record.at - day).toISOString(),
          until: new Date(record.at + day).toISOString(),
          limit: most,
        },
      },
    },
    { enabled: run !== undefined },
  )
  const calls = (data?.items ?? []).filter(({ call }) => call !== '').toReversed()
  const at = calls.findIndex(({ call }) => call === record.call)
  useStepKeys(plane, calls[at - 1]?.call, calls[at + 1]?.call)
  if (run === undefined) return null
  return (
    <Go to={`${paths.ledger()}?f.run=${run}`} data-testid="call.run">
      {calls.length === 0 ? <code>{run}</code> : say('call.run.calls', { count: calls.length })}
    </Go>
  )
}

const useStepKeys = (
  plane: string,
  before: string | undefined,
  after: string | undefined,
): void => {
  const go = useGo()
  const keys = useMemo(() => {
    const to = (call: string | undefined) => () => {
      if (call !== undefined) go(`${paths.call(call)}?plane=${plane}`)
    }
    return [
      { keys: 'j', says: 'call.keys.next' as const, act: to(after) },
      { keys: 'k', says: 'call.keys.previous' as const, act: to(before) },
    ]
  }, [go, plane, before, after])
  useKeys(keys)
}
