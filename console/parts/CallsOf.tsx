import { useAnswer } from '../api/queries.ts'
import { type CallsOf, ledgerOf } from '../filters/ledger-of.ts'
import { Go } from '../ui/Go.tsx'
import { useWords } from '../words/words.ts'

const t = '7d'

/** How many calls of an object a week had, and where they stand: the number is what the Ledger counts. */
export const CallsOfWeek = ({ plane, of }: { readonly plane: string; readonly of: CallsOf }) => {
  const { say } = useWords()
  const { capability, grant, ...plain } = of
  const { data } = useAnswer('/api/v1/planes/{plane}/calls/facets', {
    params: {
      path: { plane },
      query: {
        ...plain,
        ...(capability !== undefined && { capability: [capability] }),
        ...(grant !== undefined && { where: [`grant=${grant}`] }),
        ...{ since: t, field: ['result'], top: 1 },
      },
    },
  })
  return (
    <Go to={ledgerOf(of, { plane, t })} data-testid="calls.week" data-count={data?.total}>
      {data ? say('ui.calls.week', { count: data.total }) : say('ui.calls.open')}
    </Go>
  )
}
