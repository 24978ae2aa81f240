import type { ReactNode } from 'react'
import type { Station } from '../../parts/path.ts'
import { hiddenRule } from '../../parts/reasons.ts'
import { paths } from '../../paths.ts'
import { Go } from '../../ui/Go.tsx'
import type { Words } from '../../words/words.ts'
import { listIn, type Story, textIn } from './story.ts'

/** What each station knew of the call: under its shape in the strip. */
export const stationFacts = (
  words: Words,
  story: Story,
): Readonly<Partial<Record<Station, ReactNode>>> => {
  const { record, entries } = story
  const { say } = words
  const { state } = record.path.find(({ station }) => station === 'limit') ?? {}
  const quotas = listIn(story, 'quotas')
  const credential = textIn(story, 'credential')
  const limited = record.quota === undefined ? undefined : <code>{record.quota}</code>
  return {
    authenticate: whoOf(words, story),
    permit: permitOf(words, story),
    ...(state === 'passed' && {
      limit:
        quotas.length > 0
          ? say('call.fact.quotas', { quotas: quotas.join(', ') })
          : say('call.fact.noQuota'),
      credential: credential ?? say('call.fact.noCredential'),
    }),
    ...(limited !== undefined && { limit: limited }),
    ...(record.outcome && {
      forward: say('call.fact.bytes', { bytes: record.outcome.resultBytes }),
    }),
    record: entries.map(({ position }) => (
      <Go key={position} to={`${paths.entry(position)}?plane=${story.plane}`}>
        #{words.number(position)}{' '}
      </Go>
    )),
  }
}

const whoOf = ({ say }: Words, story: Story): ReactNode => {
  const { record } = story
  if (record.agent === '') return undefined
  const client = `${record.agent}@${record.consumer}`
  if (record.apiKey !== undefined) return say('call.fact.apiKey', { id: record.apiKey })
  const era = textIn(story, 'era')
  return era === undefined ? client : say('call.fact.client', { client, era })
}

const permitOf = ({ say }: Words, { record }: Story): ReactNode => {
  if (record.grant !== undefined)
    return (
      <>
        {say('call.fact.grant')}{' '}
        <Go to={`${paths.grants()}?peek=${encodeURIComponent(record.grant)}`}>
          <code>{record.grant}</code>
        </Go>
      </>
    )
  const hidden = record.rules.filter((rule) => rule === hiddenRule).length
  if (hidden > 0) return say('call.fact.rules', { count: hidden })
  if (record.rules.length > 0)
    return (
      <>
        {say('call.fact.rule')} <code>{record.rules.join(', ')}</code>
      </>
    )
  return undefined
}
