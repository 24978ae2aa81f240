import { CallsOfWeek } from '../../parts/CallsOf.tsx'
import { When } from '../../parts/when.tsx'
import { paths } from '../../paths.ts'
import { CopyBlock } from '../../ui/Copy.tsx'
import { Go } from '../../ui/Go.tsx'
import { useWords } from '../../words/words.ts'
import type { ItemAnswer } from './classes.ts'
import { Facts } from './Facts.tsx'
import { sayHealth, saySide } from './health.ts'
import { sayCounts } from './item-columns.tsx'
import styles from './Summary.module.css'

/** What an item says of itself, how it is, and what of it needs somebody. */
export const ItemSummary = ({ item }: { readonly item: ItemAnswer }) => {
  const words = useWords()
  const { say } = words
  const { plane, server, side } = item
  return (
    <div className={styles.summary}>
      <section>
        <h2>{say('catalog.about')}</h2>
        <Facts
          facts={[
            [say('catalog.field.title'), item.title],
            [say('catalog.field.description'), item.description],
            [say('catalog.owner'), item.owner],
            [say('catalog.contacts'), item.contacts.join(', ')],
            [say('catalog.lifeCycle'), say(`catalog.life.${item.lifeCycle}`)],
            [say('catalog.labels'), item.labels.join(', ')],
            [say('catalog.data'), item.data.join(', ')],
            [say('catalog.upstream'), <code key="u">{item.upstream}</code>],
            [say('catalog.protocol'), protocolOf(item)],
            [say('catalog.set'), item.set],
          ]}
        />
      </section>
      <section>
        <h2>{say('catalog.status')}</h2>
        <Facts
          facts={[
            [say('catalog.status'), sayHealth(words, item.health)],
            [say('catalog.side'), side && saySide(words, side)],
            [say('catalog.detail'), side && item.detail],
            [
              say('catalog.checked'),
              item.checkedAt !== undefined && <When at={item.checkedAt} how="minute" />,
            ],
            [
              say('catalog.capabilities'),
              <Go key="c" to={`${paths.item(server, 'capabilities')}?plane=${plane}`}>
                {sayCounts(words, item.counts)}
              </Go>,
            ],
            [say('ui.calls'), <CallsOfWeek key="w" plane={plane} of={{ server }} />],
          ]}
        />
        <h3>{say('catalog.address')}</h3>
        <CopyBlock text={item.gateway} />
      </section>
      <Needs item={item} />
    </div>
  )
}

const protocolOf = ({ kind, modern, legacy }: ItemAnswer): string => {
  if (kind === 'API') return ''
  return [modern && '2026-07-28', legacy].filter((one) => Boolean(one)).join(', ')
}

/** What was not taken in, what is left out, and conditions that have become wrong: each says what and where. */
const Needs = ({ item }: { readonly item: ItemAnswer }) => {
  const { say } = useWords()
  const lists = [
    [say('catalog.refused'), item.refused.map(({ name, problem }) => [name, problem] as const)],
    [say('catalog.notOffered'), item.findings.map(({ at, problem }) => [at, problem] as const)],
    [
      say('catalog.wrongConditions'),
      item.wrongConditions.map(({ kind, name, message }) => [`${kind} ${name}`, message] as const),
    ],
  ] as const
  return lists
    .filter(([, all]) => all.length > 0)
    .map(([title, all]) => (
      <section key={title}>
        <h2>{title}</h2>
        <Facts facts={all} />
      </section>
    ))
}
