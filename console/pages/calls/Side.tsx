import { useWords } from '../../words/words.ts'
import styles from './Call.module.css'
import type { Read } from './Reveal.tsx'

/** Arguments name by name, an answer as it came; what is not there any more says since when and why. */
export const Side = ({
  title,
  side: { state, text, base64 },
}: {
  readonly title: string
  readonly side: Read['arguments']
}) => {
  const { say } = useWords()
  const fields = text === undefined ? undefined : fieldsOf(text)
  return (
    <div className={styles.side}>
      <h3>{title}</h3>
      {state !== 'whole' && <p>{say(`call.recorded.${state}`)}</p>}
      {fields && (
        <dl className={styles.about}>
          {fields.map(([name, value]) => (
            <div key={name} className={styles.field}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>
                <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {text !== undefined && !fields && <pre>{text}</pre>}
      {base64 !== undefined && (
        <>
          <p>{say('call.recorded.binary')}</p>
          <pre>{base64}</pre>
        </>
      )}
    </div>
  )
}

/** Of a flat object; anything deeper is read better as it came. */
const fieldsOf = (text: string): [string, unknown][] | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const fields = Object.entries(value)
    return fields.every(([, one]) => typeof one !== 'object' || one === null) ? fields : undefined
  } catch {
    return undefined
  }
}
