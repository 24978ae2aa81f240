import { useWords } from '../../../words/words.ts'
import { wordOf } from './cells.ts'
import type { ChangedCell, Redrawn, Replayed, Tests } from './effect.ts'
import styles from './Matrix.module.css'

const mostShown = 200

export const FailingTests = ({ tests }: { readonly tests: Tests }) => {
  const { say } = useWords()
  const failing = tests.filter(({ holds }) => !holds)
  if (failing.length === 0) return null
  return (
    <section className={styles.warning} role="alert" data-testid="permissions.failing">
      <h3>▲ {say('permissions.failing', { count: failing.length })}</h3>
      <ul>
        {failing.map(({ name, says, but, problem }) => (
          <li key={name}>
            <code>{name}</code>: {says}
            {but.slice(0, 5).map((one) => (
              <div key={`${one.client}${one.server}${one.name}`} className={styles.quiet}>
                {one.client} → {one.server}/{one.name}: {one.outcome}, {one.because}
              </div>
            ))}
            {problem !== undefined && <div className={styles.quiet}>{problem}</div>}
          </li>
        ))}
      </ul>
    </section>
  )
}

export const Cannot = ({ cannot }: { readonly cannot: Redrawn['cannot'] }) => {
  const { say } = useWords()
  if (cannot.length === 0) return null
  return (
    <section className={styles.warning} data-testid="permissions.cannot">
      <h3>◆ {say('permissions.cannot', { count: cannot.length })}</h3>
      <ul>
        {cannot.slice(0, mostShown).map((one) => (
          <li key={`${one.client}${one.server}${one.kind}${one.name}${one.because}`}>
            {one.client} → {one.server}/{one.name}: {one.because}
          </li>
        ))}
      </ul>
    </section>
  )
}

export const ChangedCells = ({ changed }: { readonly changed: readonly ChangedCell[] }) => {
  const { say } = useWords()
  if (changed.length === 0) return null
  return (
    <section>
      <h3>{say('permissions.changed')}</h3>
      <table className={styles.table} data-testid="permissions.changed">
        <thead>
          <tr>
            <th scope="col">{say('permissions.agent')}</th>
            <th scope="col">{say('permissions.capability')}</th>
            <th scope="col">{say('permissions.now')}</th>
            <th scope="col">{say('permissions.then')}</th>
          </tr>
        </thead>
        <tbody>
          {changed.slice(0, mostShown).map((one) => (
            <tr key={`${one.client}${one.server}${one.kind}${one.name}`}>
              <td>{one.client}</td>
              <td>
                <code>
                  {one.server}/{one.name}
                </code>
              </td>
              <td>{say(wordOf(one.now))}</td>
              <td>{say(wordOf(one.after))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {changed.length > mostShown && (
        <p className={styles.quiet}>
          {say('permissions.others', { count: changed.length - mostShown })}
        </p>
      )}
    </section>
  )
}

export const ReplayGroups = ({ replayed }: { readonly replayed: Replayed | undefined }) => {
  const { say } = useWords()
  const groups = [
    ...(replayed?.newlyPermitted.groups ?? []),
    ...(replayed?.newlyDenied.groups ?? []),
  ]
  if (groups.length === 0) return null
  return (
    <section>
      <h3>{say('permissions.replay')}</h3>
      <ul className={styles.facts} data-testid="permissions.replay">
        {groups.map((one) => (
          <li key={`${one.client}${one.server}${one.kind}${one.name}${one.draft}`}>
            {say('permissions.replay.group', { count: one.count })} {one.client} → {one.server}/
            {one.name}: {one.now} → {one.draft}
          </li>
        ))}
      </ul>
    </section>
  )
}

export const Documents = ({ changes }: { readonly changes: Redrawn['changes'] }) => {
  const { say } = useWords()
  return (
    <section data-testid="permissions.documents">
      <h3>{say('permissions.documents', { count: changes.length })}</h3>
      {changes.map(({ op, name, before, after, isFrozen }) => (
        <details key={name} open>
          <summary>
            {say(`permissions.document.${op}`)} <code>{name}</code>
          </summary>
          {isFrozen && <p className={styles.quiet}>{say('permissions.document.frozen')}</p>}
          <pre className={styles.diff}>
            {linesOf(before, after).map(({ op, line }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines of one text, which never move
              <div key={at} data-op={op}>
                {op} {line}
              </div>
            ))}
          </pre>
        </details>
      ))}
    </section>
  )
}

/** Grants are short and their keys stand in one order: what is gone, then what comes, line by line. */
const linesOf = (before: string | undefined, after: string) => {
  const [old, fresh] = [linesIn(before ?? ''), linesIn(after)]
  const gone = old.filter((line) => !fresh.includes(line))
  const told = fresh.map((line) => ({ op: old.includes(line) ? ' ' : '+', line }))
  return [...gone.map((line) => ({ op: '−', line })), ...told]
}

const linesIn = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
