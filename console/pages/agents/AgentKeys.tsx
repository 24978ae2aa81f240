import { useState } from 'react'
import { type RowOf, useAll } from '../../api/all.ts'
import { useAct, useAnswer } from '../../api/queries.ts'
import { Outcome } from '../../parts/Outcome.tsx'
import { When } from '../../parts/when.tsx'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { Button } from '../../ui/Button.tsx'
import { List } from '../../ui/List.tsx'
import type { Column } from '../../ui/Table.tsx'
import { useWords, type Words } from '../../words/words.ts'
import type { AgentRow } from './agents.ts'
import { NewKey } from './NewKey.tsx'
import { NewSecret } from './NewSecret.tsx'

const path = '/api/v1/planes/{plane}/api-keys'
type ApiKey = RowOf<typeof path>
type Open = 'secret' | 'key' | 'all' | ApiKey

/** What an agent proves itself by: a secret or a key is shown once, when it is made, and never again. */
export const AgentKeys = ({ agent }: { readonly agent: AgentRow }) => {
  const words = useWords()
  const { say } = words
  const { plane, agent: name, consumers } = agent
  const [open, setOpen] = useState<Open>()
  // Until the plane is known, and for whoever may not read it, the door decides.
  const document = useAnswer('/api/v1/planes/{plane}', { params: { path: { plane } } }).data
  const takesNone = document !== undefined && document.apiKeys === undefined
  const keys = useAll(path, [plane])
  const rows = keys.rows.filter(({ client }) => client.split('@')[0] === name)
  const close = () => setOpen(undefined)
  return (
    <>
      <div style={{ display: 'flex', flexWrap: 'wrap', gap: 'var(--s2)' }}>
        <Button
          disabledReason={agent.authenticates === 'secret' ? undefined : say('agents.secret.not')}
          onClick={() => setOpen('secret')}
        >
          {say('agents.secret.new')}
        </Button>
        <Button
          disabledReason={takesNone ? say('agents.key.not', { plane }) : undefined}
          onClick={() => setOpen('key')}
        >
          {say('agents.key.new')}
        </Button>
        <Button onClick={() => setOpen('all')}>{say('agents.revoke')}</Button>
      </div>
      <List
        id="agents.keys"
        label={say('agents.keys')}
        of={{ ...keys, rows }}
        empty={{ title: say('agents.keys.none'), says: say('agents.keys.none.body') }}
        columns={columnsOf(words, setOpen)}
        keyOf={({ id }) => id}
      />
      {open === 'secret' && (
        <NewSecret plane={plane} name={name} consumers={consumers} onClose={close} />
      )}
      {open === 'key' && <NewKey plane={plane} name={name} consumers={consumers} onClose={close} />}
      {open !== undefined && open !== 'secret' && open !== 'key' && (
        <Revoke agent={agent} about={open} onClose={close} />
      )}
    </>
  )
}

/** Ends one key, or everything that it has now. */
const Revoke = ({
  agent,
  about,
  onClose,
}: {
  readonly agent: AgentRow
  readonly about: ApiKey | 'all'
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const one = useAct('post', '/api/v1/planes/{plane}/agents/{name}/keys/revoke')
  const all = useAct('post', '/api/v1/planes/{plane}/agents/{name}/revoke')
  const params = { path: { plane: agent.plane, name: agent.agent } }
  const [first = '', ...others] = agent.consumers
  const revoke = (reason: string) => {
    const done = { onSuccess: onClose }
    if (about !== 'all') {
      const consumer = about.client.split('@')[1]
      one.mutate(
        { params, body: { id: about.id, reason, ...(consumer !== undefined && { consumer }) } },
        done,
      )
      return
    }
    // One after another: whoever acts for several has tokens for each.
    void Promise.all(
      [first, ...others].map((consumer) => all.mutateAsync({ params, body: { reason, consumer } })),
    ).then(onClose, () => {})
  }
  return (
    <ActDialog
      title={say(about === 'all' ? 'agents.revoke.title' : 'agents.key.revoke.title', {
        name: about === 'all' ? agent.agent : about.label || about.id,
      })}
      act={say(about === 'all' ? 'agents.revoke.act' : 'agents.key.revoke.act')}
      tier={1}
      needsReason
      isBusy={one.isPending || all.isPending}
      problem={one.error ?? all.error}
      onAct={revoke}
      onClose={onClose}
    >
      <p>{say(about === 'all' ? 'agents.revoke.says' : 'agents.key.revoke.says')}</p>
    </ActDialog>
  )
}

const shapes = { good: 'passed', ended: 'not reached', revoked: 'denied' } as const

const columnsOf = ({ say }: Words, onRevoke: (key: ApiKey) => void): readonly Column<ApiKey>[] => [
  {
    id: 'label',
    title: say('agents.key.label'),
    cell: ({ label, id }) => label || <code>{id}</code>,
  },
  {
    id: 'client',
    title: say('agents.consumer'),
    cell: ({ client }) => client.split('@')[1] ?? '—',
  },
  {
    id: 'state',
    title: say('catalog.status'),
    cell: ({ state }) => <Outcome state={shapes[state]}>{say(`agents.key.${state}`)}</Outcome>,
  },
  {
    id: 'made',
    title: say('agents.key.made'),
    cell: ({ madeAt }) => <When at={madeAt} how="minute" />,
  },
  { id: 'by', title: say('catalog.changes.by'), cell: ({ madeBy }) => madeBy },
  {
    id: 'ends',
    title: say('agents.until'),
    cell: ({ endsAt }) => <When at={endsAt} how="minute" />,
  },
  {
    id: 'revoke',
    title: say('agents.key.act'),
    cell: (key) =>
      key.state === 'good' && (
        <Button size="compact-xs" onClick={() => onRevoke(key)}>
          {say('agents.key.revoke.act')}
        </Button>
      ),
  },
]
