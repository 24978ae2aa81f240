import { useEffect, useState } from 'react'
import { useRights } from '../../parts/rights.ts'
import { When } from '../../parts/when.tsx'
import { Button } from '../../ui/Button.tsx'
import { useWords } from '../../words/words.ts'
import styles from './Call.module.css'
import { type Read, Reveal } from './Reveal.tsx'
import { Side } from './Side.tsx'
import { listIn, numberIn, type Story } from './story.ts'

const shownMs = 15 * 60_000

/**
 * What is recorded of arguments and answer. Nothing of it is asked for before somebody says why, and
 * after a quarter of an hour it is gone from the page.
 */
export const Recorded = ({ story }: { readonly story: Story }) => {
  const { say } = useWords()
  const [read, setRead] = useState<{ readonly told: Read; readonly until: number }>()
  const [asks, setAsks] = useState(false)
  useForgets(read?.until, () => setRead(undefined))
  const { record } = story
  const { recorded: mayRead } = useRights(story.plane)
  const isRefused = record.decision !== 'permitted'
  const masked = listIn(story, 'masked')
  const sizes = [
    ['arguments', numberIn(story, 'argumentBytes')],
    ['result', record.outcome?.resultBytes],
  ] as const
  return (
    <section className={styles.panel} aria-labelledby="call-recorded" data-testid="call.recorded">
      <div className={styles.panelHead}>
        <h2 id="call-recorded">
          {say('call.arguments')} · {say('call.result')}
        </h2>
        {!isRefused && !read && (
          <Button
            disabledReason={mayRead ? undefined : say('ui.disabled.needs', { needs: 'soc' })}
            onClick={() => setAsks(true)}
          >
            {say('call.reveal')}
          </Button>
        )}
      </div>
      {!read && (
        <p>
          {sizes.flatMap(([side, bytes]) =>
            bytes === undefined
              ? []
              : `${say(`call.${side}`)}: ${say('call.recorded.size', { bytes })}. `,
          )}
          {say(isRefused ? 'call.recorded.refused' : 'call.recorded.hidden')}
        </p>
      )}
      {masked.length > 0 && (
        <p data-testid="call.masked">
          {say('call.recorded.masked', { classes: masked.join(', ') })}
        </p>
      )}
      {read && (
        <>
          <Side title={say('call.arguments')} side={read.told.arguments} />
          <Side title={say('call.result')} side={read.told.result} />
          <Until at={read.until} />
        </>
      )}
      {asks && (
        <Reveal
          story={story}
          onRead={(told) => {
            setRead({ told, until: Date.now() + shownMs })
            setAsks(false)
          }}
          onClose={() => setAsks(false)}
        />
      )}
    </section>
  )
}

const Until = ({ at }: { readonly at: number }) => {
  const { say } = useWords()
  const [before, after] = say('call.recorded.until', { when: '\u0000' }).split('\u0000')
  return (
    <p role="status">
      {before}
      <When at={at} how="minute" />
      {after}
    </p>
  )
}

const useForgets = (until: number | undefined, forget: () => void): void =>
  useEffect(() => {
    if (until === undefined) return
    const timer = setTimeout(forget, until - Date.now())
    return () => clearTimeout(timer)
  })
