import { Navigate } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { paths, type SettingsTab } from '../../paths.ts'
import { Page } from '../../ui/Page.tsx'
import { usePart } from '../../ui/use-part.ts'
import { useWords } from '../../words/words.ts'
import { NotFound } from '../NotFound.tsx'
import { About } from './About.tsx'
import { DataClasses } from './DataClasses.tsx'
import { Identity } from './Identity.tsx'
import { Notifications, Sinks } from './Later.tsx'
import { People } from './People.tsx'
import { Planes } from './Planes.tsx'
import { Retention } from './Retention.tsx'

const tabs = {
  planes: { title: 'settings.planes', of: Planes },
  people: { title: 'settings.people', of: People },
  identity: { title: 'settings.identity', of: Identity },
  'data-classes': { title: 'settings.dataClasses', of: DataClasses },
  retention: { title: 'settings.retention', of: Retention },
  sinks: { title: 'settings.sinks', of: Sinks },
  notifications: { title: 'settings.notifications', of: Notifications },
  about: { title: 'settings.about', of: About },
} as const satisfies Record<SettingsTab, { title: string; of: ComponentType }>

const isTab = (name: string): name is SettingsTab => Object.hasOwn(tabs, name)

export default function Settings() {
  const { say } = useWords()
  const tab = usePart('tab')
  if (tab === '') return <Navigate to={paths.settings()} replace />
  if (!isTab(tab)) return <NotFound />
  const Of = tabs[tab].of
  return (
    <Page
      title={say('settings.title')}
      tabs={Object.entries(tabs).map(([name, { title }]) => ({
        to: paths.settings(name as SettingsTab),
        title: say(title),
      }))}
    >
      <Of />
    </Page>
  )
}
