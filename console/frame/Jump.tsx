import { Combobox, useCombobox } from '@mantine/core'
import { useState } from 'react'
import { useAnswers } from '../api/queries.ts'
import { nameHas } from '../filters/rows.ts'
import { useMyPlanes } from '../parts/planes.tsx'
import { paths } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { useGo, withPlane } from '../ui/Go.tsx'
import { useWords } from '../words/words.ts'
import styles from './Jump.module.css'
import { placeOfId, traceOf } from './jump.ts'
import { managerPlaces, portalPlaces } from './places.ts'

interface Target {
  readonly to: string
  readonly title: string
  readonly kind: string
}

/** Places, objects by name, and any id that is pasted: one field, and Enter goes to the first. */
export const Jump = ({ onClose }: { readonly onClose: () => void }) => {
  const { say } = useWords()
  const go = useGo()
  const [text, setText] = useState('')
  const combobox = useCombobox({ defaultOpened: true })
  const targets = useTargets(text.trim())
  const choose = (to: string) => {
    onClose()
    go(to)
  }
  return (
    <Dialog
      title={say('frame.jump')}
      onClose={onClose}
      actions={<Button onClick={onClose}>{say('ui.close')}</Button>}
    >
      <Combobox store={combobox} withinPortal={false} onOptionSubmit={choose}>
        <Combobox.EventsTarget>
          <input
            type="search"
            className={styles.field}
            aria-label={say('frame.jump.hint')}
            placeholder={say('frame.jump.hint')}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value)
              combobox.selectFirstOption()
            }}
          />
        </Combobox.EventsTarget>
        <Combobox.Options className={styles.options}>
          {targets.map(({ to, title, kind }) => (
            <Combobox.Option key={to} value={to} className={styles.option}>
              <span>{title}</span>
              <span className={styles.kind}>{kind}</span>
            </Combobox.Option>
          ))}
          {targets.length === 0 && (
            <Combobox.Empty>{say('frame.jump.none', { text })}</Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox>
    </Dialog>
  )
}

const most = 12

const useTargets = (text: string): readonly Target[] => {
  const { say } = useWords()
  const objects = useObjects()
  const id = placeOfId(text)
  const trace = traceOf(text)
  const byId: Target[] = [
    ...(id ? [{ to: id.to, title: say(`frame.jump.${id.kind}`, { id: id.id }), kind: '' }] : []),
    ...(trace ? [{ to: trace, title: text, kind: say('frame.place.ledger') }] : []),
  ]
  const places = [...managerPlaces, ...portalPlaces].map(({ to, title }) => ({
    to,
    title: say(title),
    kind: say('frame.jump.places'),
  }))
  const named = [...places, ...(text === '' ? [] : objects)]
  return [...byId, ...named.filter(({ title }) => nameHas(title, text))].slice(0, most)
}

const useObjects = (): readonly Target[] => {
  const { say } = useWords()
  const inits = useMyPlanes().map(
    (plane) => [plane, { params: { path: { plane }, query: { limit: 500 } } }] as const,
  )
  const items = useAnswers('/api/v1/planes/{plane}/status/servers', inits)
  const agents = useAnswers('/api/v1/planes/{plane}/status/agents', inits)
  return [
    ...items.flatMap(({ plane, query }) =>
      (query.data?.items ?? []).map(({ server, kind }) => ({
        to: withPlane(paths.item(server), plane),
        title: server,
        kind: `${say(kind === 'API' ? 'ui.kind.api' : 'ui.kind.server')} · ${plane}`,
      })),
    ),
    ...agents.flatMap(({ plane, query }) =>
      (query.data?.items ?? []).map(({ agent }) => ({
        to: withPlane(paths.agent(agent), plane),
        title: agent,
        kind: `${say('frame.jump.agent')} · ${plane}`,
      })),
    ),
  ]
}
