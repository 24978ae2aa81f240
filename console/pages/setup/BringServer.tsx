import { TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { ask } from '../../api/client.ts'
import { Problem } from '../../api/problem.ts'
import { queryClient, useAct } from '../../api/queries.ts'
import { useMyPlanes } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import { Button } from '../../ui/Button.tsx'
import { Go, withPlane } from '../../ui/Go.tsx'
import { Said } from '../../ui/Said.tsx'
import { useWords } from '../../words/words.ts'
import { agentDocument } from './first-call.ts'
import styles from './Steps.module.css'
import type { Choice } from './use-first-call.ts'

/** What is there to be called; where nothing is, how to bring the sample, and where to register one's own. */
export const BringServer = ({ choices }: { readonly choices: readonly Choice[] }) => {
  const { say } = useWords()
  const planes = useMyPlanes()
  const [first] = planes
  return (
    <div className={styles.cards}>
      {choices.map((choice) => (
        <Offer key={`${choice.plane}/${choice.item.name}`} choice={choice} />
      ))}
      {choices.length === 0 && (
        <section className={styles.card}>
          <h3>{say('setup.sample')}</h3>
          <p>
            <Said text={say('setup.sample.how')} />
          </p>
        </section>
      )}
      <section className={styles.card}>
        <h3>{say('setup.own')}</h3>
        <p>{say('setup.own.body')}</p>
        {first === undefined ? (
          <MakePlane />
        ) : (
          <Go to={withPlane(paths.register(), first)}>{say('setup.own.act')}</Go>
        )}
      </section>
    </div>
  )
}

const Offer = ({ choice }: { readonly choice: Choice }) => {
  const { say } = useWords()
  const { plane, item, tools } = choice
  const { choose, isBusy, problem } = useChoosing(choice)
  return (
    <section className={styles.card} data-testid="setup.offer" data-id={`${plane}/${item.name}`}>
      <h3>{item.title ?? item.name}</h3>
      <p>{say('setup.offer', { server: item.name, plane, count: tools.length })}</p>
      {problem && <p role="alert">{problem.detail ?? say('ui.error.network')}</p>}
      <Button tone="main" loading={isBusy} onClick={choose}>
        {say('setup.offer.act', { server: item.name })}
      </Button>
    </section>
  )
}

/** Chosen is what has an agent for its first call: nothing is granted to it. */
const useChoosing = ({ plane, item }: Choice) => {
  const { say } = useWords()
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const choose = async () => {
    setBusy(true)
    setProblem(undefined)
    try {
      const body = agentDocument({
        plane,
        server: item.name,
        consumer: await consumerOf(plane, say('setup.consumer')),
        title: say('setup.agent'),
      })
      const params = { path: { plane, name: body.name }, header: {} }
      await ask('put', '/api/v1/planes/{plane}/agents/{name}', { params, body })
      await queryClient.invalidateQueries()
    } catch (thrown) {
      if (!(thrown instanceof Problem)) throw thrown
      setProblem(thrown)
    } finally {
      setBusy(false)
    }
  }
  return { choose: () => void choose(), isBusy, problem }
}

/** The first that the plane has, so that nothing is made which is there; else one of its own. */
const consumerOf = async (plane: string, title: string): Promise<string> => {
  const path = { plane }
  const { items } = await ask('get', '/api/v1/planes/{plane}/consumers', {
    params: { path, query: { limit: 1 } },
  })
  const [standing] = items
  if (standing && 'name' in standing.document) return standing.document.name
  const name = 'first-call'
  await ask('put', '/api/v1/planes/{plane}/consumers/{name}', {
    params: { path: { plane, name }, header: {} },
    body: { apiVersion: 'bailiwick/v1', kind: 'Consumer', plane, name, title },
  })
  return name
}

/** Servers stand in a plane: the first one has to be named before. */
const MakePlane = () => {
  const { say } = useWords()
  const [plane, setPlane] = useState('ops')
  const make = useAct('put', '/api/v1/planes/{plane}')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    make.mutate({
      params: { path: { plane }, header: {} },
      body: { apiVersion: 'bailiwick/v1', kind: 'Plane', name: plane },
    })
  }
  return (
    <form onSubmit={submit}>
      <TextInput
        label={say('setup.plane')}
        description={say('setup.plane.hint')}
        required
        value={plane}
        onChange={(event) => setPlane(event.currentTarget.value)}
      />
      {make.error && <p role="alert">{make.error.detail ?? say('ui.error.network')}</p>}
      <Button type="submit" loading={make.isPending}>
        {say('setup.plane.act')}
      </Button>
    </form>
  )
}
