import { Fragment, type ReactNode } from 'react'
import styles from './Facts.module.css'

/** What a thing is, line by line; what is not said of it has no line. */
export const Facts = ({
  facts,
}: {
  readonly facts: readonly (readonly [title: string, says: ReactNode])[]
}) => (
  <dl className={styles.facts}>
    {facts
      .filter(([, says]) => says !== undefined && says !== '' && says !== false)
      .map(([title, says]) => (
        <Fragment key={title}>
          <dt>{title}</dt>
          <dd>{says}</dd>
        </Fragment>
      ))}
  </dl>
)
