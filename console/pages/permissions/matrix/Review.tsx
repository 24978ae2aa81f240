import { Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../../../api/queries.ts'
import { type Me, useMe } from '../../../api/session.ts'
import { Button } from '../../../ui/Button.tsx'
import { EffectPreview } from '../../../ui/Effect.tsx'
import { Failed } from '../../../ui/Failed.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { toast } from '../../../ui/toast.tsx'
import { useWords } from '../../../words/words.ts'
import { type Draft, discard, setDraft } from './draft.ts'
import { type DraftEffect, redraw, useEffectOf } from './effect.ts'
import { Cannot, ChangedCells, Documents, FailingTests, ReplayGroups } from './Findings.tsx'
import styles from './Matrix.module.css'

interface Props {
  readonly plane: string
  readonly draft: Draft
  readonly onBack: () => void
}

/** What a draft would do, whole, before it does it: documents, cells, tests, and last week's calls. */
export const Review = ({ plane, draft, onBack }: Props) => {
  const { say } = useWords()
  const query = useEffectOf(plane, draft)
  const effect = query.data
  return (
    <section className={styles.review} data-testid="permissions.review">
      <h2>{say('permissions.review.title', { count: draft.size })}</h2>
      {query.error && (
        <Failed what={say('ui.effect')} problem={query.error} onRetry={query.refetch} />
      )}
      {!query.error && (
        <EffectPreview effect={effect && summaryOf(effect)}>
          {effect?.replayed && (
            <p className={styles.quiet}>
              {say('permissions.review.replayed', { looked: effect.replayed.looked })}
              {!effect.replayed.isWhole && ` ${say('permissions.review.partly')}`}
            </p>
          )}
        </EffectPreview>
      )}
      {query.isPending && <Loading what={say('ui.effect')} rows={4} />}
      {effect && (
        <>
          <FailingTests tests={effect.tests} />
          <Cannot cannot={effect.redrawn.cannot} />
          <ChangedCells changed={effect.changed} />
          <ReplayGroups replayed={effect.replayed} />
          <Documents changes={effect.redrawn.changes} />
        </>
      )}
      <Apply plane={plane} draft={draft} effect={effect} onBack={onBack} />
    </section>
  )
}

const summaryOf = ({ changed, tests, replayed }: DraftEffect) => ({
  cells: changed.length,
  agents: new Set(changed.map(({ client }) => client)).size,
  tests: { passed: tests.filter(({ holds }) => holds).length, total: tests.length },
  newlyPermitted: replayed?.newlyPermitted.calls ?? 0,
  newlyDenied: replayed?.newlyDenied.calls ?? 0,
})

const Apply = ({
  plane,
  draft,
  effect,
  onBack,
}: Props & { readonly effect: DraftEffect | undefined }) => {
  const { say } = useWords()
  const [reason, setReason] = useState('')
  const [until, setUntil] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const act = useAct('post', '/api/v1/apply')
  const apply = async (looked: DraftEffect) => {
    setBusy(true)
    setProblem(undefined)
    try {
      const { files } = await redraw(plane, draft, reason.trim(), until === '' ? undefined : until)
      // Made on what was looked at: where one of these grants became another since, nothing is changed.
      const { revision } = looked.redrawn
      await act.mutateAsync({
        params: { header: { 'X-Reason': reason.trim() } },
        body: { files, revision, prune: false, dryRun: false },
      })
      discard(plane)
      toast(say('permissions.applied', { count: looked.changed.length }))
      onBack()
    } catch (thrown) {
      setProblem(thrown instanceof Error ? thrown.message : String(thrown))
    } finally {
      setBusy(false)
    }
  }
  const throwAway = () => {
    const before = discard(plane)
    toast(say('permissions.discarded', { count: before.size }), () => void setDraft(plane, before))
    onBack()
  }
  const me = useMe().data
  const why = mayGrant(me, plane)
    ? whyNot(effect, reason)
    : ({ key: 'permissions.wait.role', values: { plane } } as const)
  return (
    <div className={styles.apply}>
      <Textarea
        label={say('ui.reason')}
        description={say('ui.reason.hint')}
        required
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <TextInput
        type="date"
        label={say('permissions.until')}
        description={say('permissions.until.hint')}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
      {problem !== undefined && <p role="alert">{problem}</p>}
      <div className={styles.buttons}>
        <Button onClick={onBack}>{say('permissions.back')}</Button>
        <Button onClick={throwAway}>{say('permissions.discard', { count: draft.size })}</Button>
        <Button
          tone="main"
          loading={isBusy}
          data-testid="permissions.apply"
          disabledReason={why && say(why.key, why.values)}
          onClick={() => effect && void apply(effect)}
        >
          {say('permissions.apply', { count: effect?.changed.length ?? draft.size })}
        </Button>
      </div>
      {why && (
        <p className={styles.quiet} role="status">
          {say(why.key, why.values)}
        </p>
      )}
    </div>
  )
}

/** Shown before it is tried; the gateway decides, item by item. */
const mayGrant = (me: Me | undefined, plane: string): boolean =>
  me?.person.administrator === true ||
  me?.planes
    .find((one) => one.plane === plane)
    ?.roles.some(({ role }) => role === 'plane-admin' || role === 'owner') === true

const whyNot = (effect: DraftEffect | undefined, reason: string) => {
  if (!effect) return { key: 'permissions.wait.effect', values: {} } as const
  const failing = effect.tests.find(({ holds }) => !holds)
  if (failing) return { key: 'permissions.wait.test', values: { test: failing.name } } as const
  if (effect.redrawn.files.length === 0)
    return { key: 'permissions.wait.nothing', values: {} } as const
  return reason.trim() === ''
    ? ({ key: 'permissions.wait.reason', values: {} } as const)
    : undefined
}
