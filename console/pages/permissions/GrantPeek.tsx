import { useAnswer } from '../../api/queries.ts'
import { ledgerOf } from '../../filters/ledger-of.ts'
import { CallsOfWeek } from '../../parts/CallsOf.tsx'
import { paths } from '../../paths.ts'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Peek } from '../../ui/Peek.tsx'
import { useWords } from '../../words/words.ts'
import { Facts } from '../catalog/Facts.tsx'
import { boundsText } from './bounds.ts'
import { selectorText } from './selectors.ts'

/** One grant beside the list: whom it permits what, until when and why, and the calls that it permitted. */
export const GrantPeek = ({
  plane,
  name,
  ...walk
}: {
  readonly plane: string
  readonly name: string
  readonly keys: readonly string[]
  readonly onMove: (key: string) => void
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const { data, error, refetch } = useAnswer('/api/v1/planes/{plane}/grants/{name}', {
    params: { path: { plane, name } },
  })
  return (
    <Peek title={name} to={ledgerOf({ grant: name }, { plane, t: '7d' })} at={name} {...walk}>
      {error && <Failed what={name} problem={error} onRetry={refetch} />}
      {!data && !error && <Loading what={name} />}
      {data && (
        <Facts
          facts={[
            [say('permissions.for'), <Holder key="f" plane={plane} grant={data} />],
            [say('permissions.selects'), <code key="s">{selectorText(data.allow)}</code>],
            [say('permissions.when'), data.when && <code key="w">{data.when}</code>],
            [say('permissions.bounds'), boundsText(say, data.quota)],
            [say('permissions.ends'), data.until ?? say('permissions.never')],
            [say('permissions.reason'), data.reason],
            [say('ui.calls'), <CallsOfWeek key="c" plane={plane} of={{ grant: name }} />],
          ]}
        />
      )}
    </Peek>
  )
}

const Holder = ({
  plane,
  grant: { agent, group, consumer },
}: {
  readonly plane: string
  readonly grant: {
    readonly agent?: string | undefined
    readonly group?: string | undefined
    readonly consumer: string
  }
}) => {
  const { say } = useWords()
  const says = say('permissions.agentFor', { agent: agent ?? group ?? '', consumer })
  return agent === undefined ? says : <Go to={`${paths.agent(agent)}?plane=${plane}`}>{says}</Go>
}
