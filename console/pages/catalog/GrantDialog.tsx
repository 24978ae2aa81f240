import { Radio, Select, TextInput } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useAct, useAnswer } from '../../api/queries.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { EffectPreview } from '../../ui/Effect.tsx'
import { toast } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'
import { useEffectOf } from '../effect-of.ts'
import type { ItemAnswer } from './classes.ts'
import { grantPath, type Preset, presetGrant, presets, quarterFrom } from './presets.ts'
import styles from './Register.module.css'

/** An agent, and for whom it acts. */
interface Caller {
  readonly client: string
  readonly agent: string
  readonly consumer: string
}

/** Grants an item to one agent by class, with what that changes before it is made. */
export const GrantDialog = ({
  item,
  callers,
  onClose,
}: {
  readonly item: ItemAnswer
  readonly callers: readonly Caller[]
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const [client, setClient] = useState<string | null>(null)
  const [preset, setPreset] = useState<Preset>('read')
  const [until, setUntil] = useState(() => quarterFrom(Date.now()))
  const revision = useAnswer('/api/v1/status', {}).data?.revision
  const caller = callers.find((one) => one.client === client)
  const document = useMemo(
    () =>
      caller && revision !== undefined
        ? presetGrant(item, { ...caller, preset, until, revision })
        : undefined,
    [item, caller, preset, until, revision],
  )
  const effect = useEffectOf(
    document && { plane: item.plane, documents: [document], server: item.server },
  )
  const grant = useAct('put', grantPath)
  const act = (reason: string) =>
    document &&
    grant.mutate(
      {
        params: {
          path: { plane: item.plane, name: document.name },
          header: { 'If-None-Match': '*', 'X-Reason': reason },
        },
        body: { ...document, reason },
      },
      {
        onSuccess: () => {
          toast(say('catalog.grant.done', { client: client ?? '' }))
          onClose()
        },
      },
    )
  return (
    <ActDialog
      title={say('catalog.grant.title', { item: item.server })}
      act={say('catalog.grant.act', { count: effect.data?.cells ?? 0 })}
      tier={1}
      needsReason
      disabledReason={
        !caller
          ? say('catalog.grant.choose')
          : !effect.data
            ? say('ui.effect.loading')
            : effect.data.tests.passed < effect.data.tests.total
              ? say('catalog.grant.failing')
              : effect.data.cells === 0
                ? say('catalog.grant.nothing')
                : undefined
      }
      problem={grant.error ?? effect.error ?? null}
      isBusy={grant.isPending}
      onAct={act}
      onClose={onClose}
    >
      <Select
        label={say('catalog.grant.to')}
        data={callers.map((one) => one.client)}
        value={client}
        onChange={setClient}
        searchable
        comboboxProps={{ withinPortal: false }}
        data-autofocus
      />
      <Radio.Group
        label={say('catalog.grant.what')}
        value={preset}
        onChange={(value) => setPreset(presets.find((one) => one === value) ?? 'read')}
      >
        <div className={styles.presets}>
          {presets.map((one) => (
            <Radio
              key={one}
              value={one}
              label={say(`catalog.grant.${one}`)}
              description={say(`catalog.grant.${one}.says`)}
            />
          ))}
        </div>
      </Radio.Group>
      <TextInput
        type="date"
        label={say('permissions.until')}
        description={say('permissions.until.hint')}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
      {caller && <EffectPreview effect={effect.data} />}
    </ActDialog>
  )
}
