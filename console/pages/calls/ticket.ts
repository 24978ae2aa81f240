import { sayStation } from '../../parts/path.ts'
import { sayReason } from '../../parts/reasons.ts'
import { paths } from '../../paths.ts'
import type { Words } from '../../words/words.ts'
import type { Story } from './story.ts'

/** Evidence for a ticket: plain text, times in UTC. */
export const ticketOf = (words: Words, { plane, record, entries }: Story): string => {
  const { say } = words
  const station = record.path.find((one) => one.station === record.station)?.station
  return [
    `${record.call}  ${new Date(record.at).toISOString()}`,
    `${record.agent}@${record.consumer}${record.user === undefined ? '' : ` (${record.user})`} → ${plane}/${record.server}/${record.name}`,
    say('call.ticket.decision', {
      decision: say(`ui.outcome.${record.decision}`),
      station: station === undefined ? record.station : sayStation(words, station),
      because: sayReason(words, record.because),
    }),
    `${say('call.entries')}: ${entries.map(({ position }) => `#${position}`).join(', ')}`,
    `${location.origin}${paths.call(record.call)}?plane=${plane}`,
  ].join('\n')
}

/** The same for whoever may grant it. */
export const requestOf = (words: Words, story: Story): string => {
  const { agent, consumer, server, name } = story.record
  const asks = words.say('call.ticket.asks', { agent, consumer, server, name })
  return `${ticketOf(words, story)}\n${asks}`
}
