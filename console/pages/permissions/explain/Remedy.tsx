import type { SearchState } from '../../../filters/use-search.ts'
import { Button } from '../../../ui/Button.tsx'
import { CopyBlock, CopyButton } from '../../../ui/Copy.tsx'
import { useWords } from '../../../words/words.ts'
import { type Asking, explainAddress } from '../explaining.ts'
import type { Explained } from '../use-explained.ts'
import styles from './Explain.module.css'

interface Props {
  readonly asking: Asking
  readonly answer: Explained
  readonly set: SearchState['set']
}

/** What would change the answer; what asks the owner for it; what keeps it so. */
export const Remedy = ({ asking, answer, set }: Props) => {
  const { say } = useWords()
  const { wouldChange, inTheWay } = answer
  const isDocument = wouldChange?.startsWith('apiVersion:') ?? false
  return (
    <>
      <div className={styles.actions}>
        {isDocument && (
          <Button onClick={() => set({ draft: wouldChange })}>{say('explain.draft.make')}</Button>
        )}
        {answer.decision !== 'permitted' && (
          <CopyButton
            label={say('explain.ask')}
            text={() =>
              say('explain.ask.text', {
                ...{ client: answer.client, server: answer.server, name: answer.name },
                link: `${location.origin}${explainAddress(asking)}`,
              })
            }
          />
        )}
        {answer.decision !== 'depends' && (
          <CopyButton label={say('explain.test')} text={() => testOf(answer)} />
        )}
      </div>
      {wouldChange !== undefined && !isDocument && (
        <>
          <h3>{say('call.fix.commands')}</h3>
          <CopyBlock text={wouldChange} />
        </>
      )}
      {inTheWay && (
        <>
          <h3>{say('call.fix.inTheWay', { kind: inTheWay.kind, name: inTheWay.name })}</h3>
          <CopyBlock text={inTheWay.document} />
        </>
      )}
    </>
  )
}

const membersOf = {
  tool: 'tools',
  prompt: 'prompts',
  resource: 'resources',
  template: 'resources',
  operation: 'operations',
} as const

/** A PolicyTest that says what the answer says, for `bailiwick apply`. */
const testOf = ({ plane, client, server, kind, name, decision }: Explained): string => {
  const [agent, consumer] = client.split('@')
  const item = kind === 'operation' ? { api: server } : { server }
  const expect = decision === 'permitted' ? 'permitted' : 'denied'
  const test = {
    ...{ apiVersion: 'bailiwick/v1', kind: 'PolicyTest', plane },
    name: `${agent}-${server}`.slice(0, 24).replace(/-+$/, ''),
    says: `${client} is ${expect} at ${server}/${name}`,
    ...{ agents: [agent], consumers: [consumer] },
    over: [{ ...item, [membersOf[kind]]: [name] }],
    expect,
  }
  return `${JSON.stringify(test, null, 2)}\n`
}
