import { Radio } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../../api/queries.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { EffectPreview } from '../../ui/Effect.tsx'
import { said } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'
import styles from './Call.module.css'
import type { Story } from './story.ts'
import { type EffectOfGrant, useEffectsOf } from './use-effect-of.ts'
import { grantPath, type Way, waysOf, weekFrom } from './ways.ts'

/** Grants that would permit the call, the smallest first, each with what it changes before it is made. */
export const Granting = ({
  story,
  onClose,
}: {
  readonly story: Story
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const { plane, record } = story
  const { agent, consumer, server, name } = record
  const [until] = useState(() => weekFrom(Date.now()))
  const [chosen, choose] = useState<Way['id']>('one')
  const [ways] = useState(() => waysOf(story, until))
  const effects = useEffectsOf({ plane, agent, consumer, server }, ways)
  const at = ways.findIndex(({ id }) => id === chosen)
  const [way, effect] = [ways[at], effects[at]]
  const grant = useAct('put', grantPath)
  const act = (reason: string) =>
    way &&
    grant.mutate(
      {
        params: {
          path: { plane, name: way.name },
          header: { 'If-None-Match': '*', 'X-Reason': reason },
        },
        body: { ...way.document, reason },
      },
      said(say('call.fix.done', { until }), onClose),
    )
  return (
    <ActDialog
      title={say('call.fix.title', { agent, name })}
      act={say('call.fix.act', { count: effect?.data?.cells ?? 1 })}
      tier={1}
      needsReason
      disabledReason={useReasonNot(effect?.data)}
      problem={grant.error ?? effect?.error ?? null}
      isBusy={grant.isPending}
      onAct={act}
      onClose={onClose}
    >
      <Radio.Group
        label={say('call.fix.ways')}
        value={chosen}
        onChange={(value) => choose(value === 'class' ? 'class' : 'one')}
      >
        <div className={styles.ways}>
          {ways.map(({ id }, index) => (
            <Choice
              key={id}
              id={id}
              label={
                id === 'one'
                  ? say('call.fix.one', { agent, consumer })
                  : say('call.fix.class', {
                      class: say(`ui.class.${record.class ?? 'unclassified'}`),
                      server,
                    })
              }
              more={id === 'class' ? effects[index]?.data?.cells : undefined}
            />
          ))}
        </div>
      </Radio.Group>
      <EffectPreview effect={effect?.data} />
    </ActDialog>
  )
}

const Choice = (about: {
  readonly id: Way['id']
  readonly label: string
  readonly more: number | undefined
}) => {
  const { say } = useWords()
  return (
    <Radio
      value={about.id}
      label={about.label}
      data-testid={`call.fix.${about.id}`}
      {...(about.more !== undefined && {
        description: say('call.fix.class.more', { count: Math.max(0, about.more - 1) }),
      })}
    />
  )
}

/** Nothing is applied whose effect nobody has seen, that does nothing, or that a test speaks against. */
const useReasonNot = (effect: EffectOfGrant | undefined): string | undefined => {
  const { say } = useWords()
  if (!effect) return say('call.fix.waits')
  if (effect.failing.length > 0)
    return say('call.fix.failing', { names: effect.failing.join(', ') })
  return effect.cells === 0 ? say('call.fix.nothing') : undefined
}
