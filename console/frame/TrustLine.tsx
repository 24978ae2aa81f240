import { useConnection } from '../api/events.ts'
import { useAnswer } from '../api/queries.ts'
import { timeOf } from '../parts/instant.ts'
import { usePlanes } from '../parts/planes.tsx'
import { setZone, useZone } from '../parts/when.tsx'
import { paths } from '../paths.ts'
import { Go, withPlane } from '../ui/Go.tsx'
import { useWords } from '../words/words.ts'
import styles from './Frame.module.css'
import { saySigned } from './signed.ts'

/** How far the ledger is signed, which policy decides, and in which zone times are told. */
export const TrustLine = () => {
  const words = useWords()
  const { say, language, number } = words
  const zone = useZone()
  const connection = useConnection()
  const scope = usePlanes()
  const { data } = useAnswer('/api/v1/status', {}, { everyMs: 10_000 })
  const planes = (data?.planes ?? []).filter(({ plane }) => scope.includes(plane))
  // What is refused says why itself; what a verification found stays until the next one finds nothing.
  const broken = planes.flatMap(({ plane, ledger, tree, verified }) => {
    if (ledger === 'refused')
      return [{ plane, says: say('frame.trust.broken', { plane, problem: tree.problem ?? '' }) }]
    const problem = verified?.problem
    return problem === undefined
      ? []
      : [{ plane, says: say('frame.trust.found', { plane, problem }) }]
  })
  const behind = (data?.members ?? []).filter((one) => one.alive && one.behind).length
  return (
    <>
      {broken.map(({ plane, says }) => (
        <div key={plane} className={styles.bar} role="alert" data-testid="trust.bar">
          <Go to={withPlane(paths.integrity(), plane)}>{says}</Go>
        </div>
      ))}
      <footer
        className={styles.trust}
        data-testid="trust"
        data-connection={connection.state}
        data-revision={data?.revision}
      >
        <Go to={paths.integrity()}>{saySigned(words, planes, Date.now())}</Go>
        {data && (
          <span>
            {say('frame.trust.policy', { revision: data.revision })} ·{' '}
            {behind > 0 ? say('frame.trust.behind', { count: behind }) : say('frame.trust.inForce')}
          </span>
        )}
        <span className={styles.spring} />
        {connection.state === 'reconnecting' && (
          <span role="status">
            {say('frame.reconnecting', {
              when: timeOf(connection.since, language, zone, 'minute'),
            })}
          </span>
        )}
        <button
          type="button"
          className={styles.zone}
          onClick={() => setZone(zone === 'utc' ? 'local' : 'utc')}
        >
          {say('frame.trust.zone')}:{' '}
          {zone === 'utc'
            ? say('frame.trust.utc')
            : say('frame.trust.local', { zone: offset(number) })}
        </button>
      </footer>
    </>
  )
}

const offset = (number: (value: number, options?: Intl.NumberFormatOptions) => string): string => {
  const hours = -new Date().getTimezoneOffset() / 60
  return `UTC${hours === 0 ? '' : number(hours, { signDisplay: 'always' })}`
}
