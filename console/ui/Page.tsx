import { useLocation } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import { Go } from './Go.tsx'
import styles from './Page.module.css'
import { useCurrentInView } from './use-current-in-view.ts'

export interface Tab {
  readonly to: string
  readonly title: string
  readonly count?: number
}

interface Props {
  readonly title: string
  /** Beside the title: what a thing is, and how it is. */
  readonly aside?: ReactNode
  readonly actions?: ReactNode
  /** A tab is an address, never hidden state. */
  readonly tabs?: readonly Tab[]
  readonly children: ReactNode
}

/** A page: title, what can be done, tabs, and what it is about. The window is called after it. */
export const Page = ({ title, aside, actions, tabs, children }: Props) => {
  useEffect(() => {
    document.title = `${title} · Bailiwick`
  }, [title])
  return (
    <>
      <header className={styles.head}>
        <div className={styles.title}>
          <h1 tabIndex={-1}>{title}</h1>
          {aside}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {tabs && <Tabs tabs={tabs} label={title} />}
      <div className={styles.body}>{children}</div>
    </>
  )
}

const Tabs = ({ tabs, label }: { readonly tabs: readonly Tab[]; readonly label: string }) => {
  const here = useLocation({ select: ({ pathname }) => pathname })
  const nav = useCurrentInView(here)
  return (
    <nav ref={nav} className={styles.tabs} aria-label={label}>
      {tabs.map(({ to, title, count }) => (
        <Go
          key={to}
          to={to}
          {...(to.split('?')[0] === here && { 'aria-current': 'page' as const })}
        >
          {title}
          {count !== undefined && <span className={styles.count}>{count}</span>}
        </Go>
      ))}
    </nav>
  )
}
