import { paths } from '../paths.ts'
import { Go } from '../ui/Go.tsx'
import { useWords } from '../words/words.ts'
import styles from './Considered.module.css'
import { hiddenRule, nearestFirst, sayReason } from './reasons.ts'

interface Told {
  readonly considered: readonly { readonly grant: string; readonly verdict: string }[]
  readonly rules: readonly { readonly rule: string; readonly verdict: string }[]
}

/** So many say enough of an agent with hundreds of grants; those that decide stand first. */
const shown = 12

/** Which grants and rules the evaluator looked at, and what it made of each. */
export const Considered = ({ told }: { readonly told: Told }) => {
  const words = useWords()
  const { say } = words
  const grants = nearestFirst(told.considered)
  const more = grants.length - shown
  return (
    <div className={styles.considered}>
      <h3>{say('call.considered')}</h3>
      {grants.length === 0 && <p>{say('call.considered.none')}</p>}
      <ul data-testid="considered.grants">
        {grants.slice(0, shown).map(({ grant, verdict }) => (
          <li key={grant} data-id={grant}>
            <Go to={`${paths.grants()}?peek=${encodeURIComponent(grant)}`}>
              <code>{grant}</code>
            </Go>{' '}
            {sayReason(words, verdict)}
          </li>
        ))}
        {more > 0 && <li>{say('explain.more', { count: more })}</li>}
      </ul>
      {told.rules.length > 0 && (
        <>
          <h3>{say('call.rules')}</h3>
          <ul data-testid="considered.rules">
            {distinct(told.rules).map(({ rule, verdict }) => (
              <li key={`${rule} ${verdict}`} data-id={rule}>
                {rule === hiddenRule ? say('explain.rule.hidden') : <code>{rule}</code>}{' '}
                {sayReason(words, verdict)}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

/** Rules that may not be seen look alike: one line says it. */
const distinct = (rules: Told['rules']): Told['rules'] => [
  ...new Map(rules.map((one) => [`${one.rule} ${one.verdict}`, one])).values(),
]
