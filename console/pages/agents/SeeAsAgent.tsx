import { Select } from '@mantine/core'
import { useAnswer } from '../../api/queries.ts'
import { useListState } from '../../filters/use-search.ts'
import { paths } from '../../paths.ts'
import { CopyButton } from '../../ui/Copy.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { spelledOut } from '../../ui/WordDiff.tsx'
import { useWords } from '../../words/words.ts'
import { useItems } from '../catalog/items.ts'
import type { AgentRow } from './agents.ts'
import { NotSeen } from './NotSeen.tsx'
import styles from './See.module.css'

const known = { fields: [], keys: ['consumer', 'server', 'kind', 'era'] }
const kinds = ['tool', 'prompt', 'resource', 'template'] as const
type Kind = (typeof kinds)[number]
/** Characters of JSON for a token, roughly, of the models of today. */
const charactersPerToken = 4

/** What the agent is told that there is: the gateway's own answer, word for word. */
export const SeeAsAgent = ({ agent }: { readonly agent: AgentRow }) => {
  const { say } = useWords()
  const { plane, agent: name, consumers } = agent
  const { search, set } = useListState(known)
  const consumer = consumers.find((one) => one === search.consumer) ?? consumers[0] ?? ''
  const kind: Kind = kinds.find((one) => one === search.kind) ?? 'tool'
  const era = search.era === 'legacy' ? 'legacy' : 'modern'
  const { server } = search
  const client = `${name}@${consumer}`
  const items = useItems([plane]).rows.map((one) => one.server)
  const { data, error, refetch } = useAnswer('/api/v1/planes/{plane}/see', {
    params: {
      path: { plane },
      query: { client, kind, era, ...(server !== undefined && { server }) },
    },
  })
  const json = data && JSON.stringify(data.definitions, null, 2)
  return (
    <>
      <div className={styles.ask}>
        <Select
          label={say('agents.see.consumer')}
          allowDeselect={false}
          value={consumer}
          data={[...consumers]}
          onChange={(one) => set({ consumer: one ?? undefined }, true)}
        />
        <Select
          label={say('agents.see.server')}
          clearable
          placeholder={say('agents.see.plane')}
          value={server ?? null}
          data={items}
          onChange={(one) => set({ server: one ?? undefined }, true)}
        />
        <Select
          label={say('catalog.kind')}
          allowDeselect={false}
          value={kind}
          data={kinds.map((one) => ({ value: one, label: say(`catalog.kind.${one}`) }))}
          onChange={(one) => set({ kind: one ?? undefined }, true)}
        />
        <Select
          label={say('agents.see.era')}
          allowDeselect={false}
          value={era}
          data={[
            { value: 'modern', label: say('agents.see.modern') },
            { value: 'legacy', label: say('agents.see.legacy') },
          ]}
          onChange={(one) => set({ era: one ?? undefined }, true)}
        />
      </div>
      {error && <Failed what={say('agents.tab.see')} problem={error} onRetry={refetch} />}
      {!data && !error && <Loading what={say('agents.tab.see')} />}
      {data && json !== undefined && (
        <section className={styles.seen} data-testid="agents.see">
          <div className={styles.sum}>
            <p role="status">{say('agents.see.listed', { count: data.definitions.length })}</p>
            <p className={styles.quiet}>
              {say('agents.see.size', {
                tokens: Math.ceil(JSON.stringify(data.definitions).length / charactersPerToken),
              })}
            </p>
            <CopyButton text={json} label={say('catalog.copyJson')} />
          </div>
          <code className={styles.quiet}>{data.endpoint}</code>
          <ul className={styles.list}>
            {data.definitions.map((one) => {
              const its = String(one.name ?? one.uri ?? one.uriTemplate)
              const text = typeof one.description === 'string' ? one.description : ''
              return (
                <li key={its}>
                  <details>
                    <summary>
                      <code>{its}</code> <span>{spelledOut(text)}</span>
                    </summary>
                    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
                    <pre tabIndex={0}>{spelledOut(JSON.stringify(one, null, 2))}</pre>
                  </details>
                </li>
              )
            })}
          </ul>
        </section>
      )}
      <NotSeen plane={plane} agent={name} consumer={consumer} server={server} kind={kind} />
      <p>
        <Go to={`${paths.permissions()}?plane=${plane}&f.agent=${name}`}>
          {say('catalog.access.matrix')}
        </Go>
      </p>
    </>
  )
}
