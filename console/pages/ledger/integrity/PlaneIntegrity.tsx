import { useAnswer } from '../../../api/queries.ts'
import { PlaneName } from '../../../parts/planes.tsx'
import { useRights } from '../../../parts/rights.ts'
import { When } from '../../../parts/when.tsx'
import { Failed } from '../../../ui/Failed.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { useWords } from '../../../words/words.ts'
import { Refused } from './Broken.tsx'
import styles from './Integrity.module.css'
import { Keys } from './Keys.tsx'
import { Kit } from './Kit.tsx'
import { ProofOfOne } from './ProofOfOne.tsx'
import { LastVerified } from './Verdict.tsx'
import { Verify } from './Verify.tsx'

/** One plane's ledger: how far it is signed and by which key, and everything that proves it. */
export const PlaneIntegrity = ({
  plane,
  hasKeys,
}: {
  readonly plane: string
  /** Of several planes the first one takes the keys of the page. */
  readonly hasKeys: boolean
}) => {
  const { say } = useWords()
  const { evidence } = useRights(plane)
  const status = useAnswer(
    '/api/v1/planes/{plane}/status',
    { params: { path: { plane } } },
    { everyMs: 30_000 },
  )
  const what = say('integrity.of', { plane })
  return (
    <section
      className={styles.plane}
      aria-label={what}
      data-testid="integrity.plane"
      data-id={plane}
    >
      <h2>
        <PlaneName plane={plane} />
      </h2>
      {status.isPending && <Loading what={what} rows={3} />}
      {status.error && <Failed what={what} problem={status.error} onRetry={status.refetch} />}
      {status.data?.ledger === 'refused' && (
        <Refused plane={plane} problem={status.data.tree.problem ?? ''} />
      )}
      {status.data && <Signed tree={status.data.tree} />}
      <Verify
        {...{ plane, hasKeys }}
        isAllowed={evidence}
        last={
          status.data?.verified && <LastVerified plane={plane} verified={status.data.verified} />
        }
      />
      <Keys plane={plane} />
      {evidence && <ProofOfOne plane={plane} />}
      <Kit plane={plane} />
    </section>
  )
}

interface Tree {
  readonly size: number
  readonly checkpoint?: { readonly size: number; readonly at: number }
  readonly unpublished?: string
}

/** What has a signature, and what has none yet: that of the last moments. */
const Signed = ({ tree: { size, checkpoint, unpublished } }: { readonly tree: Tree }) => {
  const { say, number } = useWords()
  return (
    <dl className={styles.facts} data-testid="integrity.signed">
      <dt>{say('integrity.entries')}</dt>
      <dd>{number(size)}</dd>
      <dt>{say('integrity.signedTo')}</dt>
      <dd>
        {checkpoint ? (
          <>
            #{number(checkpoint.size)} · <When at={checkpoint.at} />
          </>
        ) : (
          say('integrity.unsigned')
        )}
      </dd>
      <dt>{say('integrity.waiting')}</dt>
      <dd>{number(size - (checkpoint?.size ?? 0))}</dd>
      {unpublished !== undefined && (
        <>
          <dt>{say('integrity.unpublished')}</dt>
          <dd className={styles.bad}>{unpublished}</dd>
        </>
      )}
    </dl>
  )
}
