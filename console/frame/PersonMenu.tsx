import { Menu } from '@mantine/core'
import { ChevronDown } from 'lucide-react'
import { useAct } from '../api/queries.ts'
import type { Me } from '../api/session.ts'
import { areSingleKeysOn, setSingleKeys, useShortcuts } from '../keys/keys.ts'
import { paths } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { keepLanguage, type Language, useWords } from '../words/words.ts'
import { chooseTheme, type ThemeChoice, useChosenTheme } from './theme.ts'

const themes = ['system', 'light', 'dark'] as const satisfies readonly ThemeChoice[]
/** In their own words, for who cannot read the other one. */
const names: Readonly<Record<Language, string>> = { en: 'English', tr: 'Türkçe' }

export const PersonMenu = ({ me }: { readonly me: Me }) => {
  const { say, language } = useWords()
  const theme = useChosenTheme()
  const signOut = useAct('delete', '/api/v1/session')
  useShortcuts()
  const speak = (next: Language) => {
    keepLanguage(next)
    location.reload()
  }
  const leave = () => signOut.mutate({}, { onSettled: () => location.assign(paths.signIn()) })
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="subtle" rightSection={<ChevronDown size={14} aria-hidden="true" />}>
          {me.person.title ?? me.person.name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{say('frame.theme')}</Menu.Label>
        {themes.map((one) => (
          <Menu.CheckboxItem key={one} checked={theme === one} onChange={() => chooseTheme(one)}>
            {say(`frame.theme.${one}`)}
          </Menu.CheckboxItem>
        ))}
        <Menu.Label>{say('frame.language')}</Menu.Label>
        {(Object.keys(names) as Language[]).map((one) => (
          <Menu.CheckboxItem
            key={one}
            lang={one}
            checked={language === one}
            onChange={() => speak(one)}
          >
            {names[one]}
          </Menu.CheckboxItem>
        ))}
        <Menu.Label>{say('frame.keys')}</Menu.Label>
        <Menu.CheckboxItem checked={areSingleKeysOn()} onChange={setSingleKeys}>
          {say('frame.keys.on')}
        </Menu.CheckboxItem>
        <Menu.Divider />
        <Menu.Item onClick={leave}>{say('frame.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
