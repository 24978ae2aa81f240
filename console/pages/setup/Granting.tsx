import { useQuery } from '@tanstack/react-query'
import { ask } from '../../api/client.ts'
import type { Problem } from '../../api/problem.ts'
import { useAct } from '../../api/queries.ts'
import { Button } from '../../ui/Button.tsx'
import { type Effect, EffectPreview } from '../../ui/Effect.tsx'
import { useWords } from '../../words/words.ts'
import { agentFor, grantDocument } from './first-call.ts'
import styles from './Steps.module.css'
import type { Choice } from './use-first-call.ts'

/** The preset: every tool that only reads, by name; what comes later to the server is not among them. */
export const Granting = ({
  chosen,
  consumer,
}: {
  readonly chosen: Choice
  readonly consumer: string
}) => {
  const { say } = useWords()
  const { plane, item, tools } = chosen
  const document = grantDocument({
    plane,
    server: item.name,
    consumer,
    tools,
    reason: say('setup.grant.reason'),
  })
  const effect = useEffectOf(document)
  const grant = useAct('put', '/api/v1/planes/{plane}/grants/{name}')
  const act = () =>
    grant.mutate({ params: { path: { plane, name: document.name }, header: {} }, body: document })
  return (
    <>
      <p>{say('setup.grant.body', { agent: document.agent, tools: tools.join(', ') })}</p>
      <div className={styles.wide}>
        <EffectPreview effect={effect.data} />
      </div>
      {(grant.error ?? effect.error) && (
        <p role="alert">{(grant.error ?? effect.error)?.detail ?? say('ui.error.network')}</p>
      )}
      <Button
        tone="main"
        loading={grant.isPending}
        onClick={act}
        {...(effect.data === undefined && { disabledReason: say('ui.effect.loading') })}
      >
        {say('setup.grant.act', { count: tools.length })}
      </Button>
    </>
  )
}

/** By the evaluator of the gateway, over the draft; never worked out here. */
const useEffectOf = (document: ReturnType<typeof grantDocument>) =>
  useQuery<Effect, Problem>({
    queryKey: ['setup.effect', document],
    placeholderData: () => undefined,
    queryFn: async () => {
      const params = { path: { plane: document.plane } }
      const draft = { files: [{ name: 'first-call.yaml', text: JSON.stringify(document) }] }
      const agent = agentFor(document.allow[0]?.server ?? '')
      const [{ rows }, { tests }, replayed] = await Promise.all([
        ask('post', '/api/v1/planes/{plane}/matrix', {
          params,
          body: { agent, limit: 2000, draft },
        }),
        ask('post', '/api/v1/planes/{plane}/policy/test', { params, body: { draft } }),
        ask('post', '/api/v1/planes/{plane}/policy/replay', {
          params,
          body: { draft, since: '7d' },
        }),
      ])
      const cells = rows.reduce(
        (sum, { cells: after, now = after }) =>
          sum + after.filter((cell, at) => cell !== now[at]).length,
        0,
      )
      return {
        cells,
        agents: cells > 0 ? 1 : 0,
        tests: { passed: tests.filter(({ holds }) => holds).length, total: tests.length },
        newlyPermitted: replayed.newlyPermitted.calls,
        newlyDenied: replayed.newlyDenied.calls,
      }
    },
  })
