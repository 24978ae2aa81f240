import { Menu } from '@mantine/core'
import { ChevronDown } from 'lucide-react'
import type { Me } from '../api/session.ts'
import { areSingleKeysOn, setSingleKeys, useShortcuts } from '../keys/keys.ts'
import { passkeysPage, paths } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { useGo } from '../ui/Go.tsx'
import { toast } from '../ui/toast.tsx'
import { languages, useWords } from '../words/words.ts'
import { languageNames, speak } from './LanguagePicker.tsx'
import { signOut } from './leave.ts'
import { chooseTheme, type ThemeChoice, useChosenTheme } from './theme.ts'

const themes = ['system', 'light', 'dark'] as const satisfies readonly ThemeChoice[]
export const PersonMenu = ({ me }: { readonly me: Me }) => {
  const { say, language } = useWords()
  const go = useGo()
  const theme = useChosenTheme()
  useShortcuts()
  const leave = () =>
    void signOut().catch(({ message }: Error) => toast(say('frame.signOut.failed', { message })))
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
        {languages.map((one) => (
          <Menu.CheckboxItem
            key={one}
            lang={one}
            checked={language === one}
            onChange={() => speak(one)}
          >
            {languageNames[one]}
          </Menu.CheckboxItem>
        ))}
        <Menu.Label>{say('frame.keys')}</Menu.Label>
        <Menu.CheckboxItem checked={areSingleKeysOn()} onChange={setSingleKeys}>
          {say('frame.keys.on')}
        </Menu.CheckboxItem>
        <Menu.Divider />
        {me.person.administrator && (
          <Menu.Item onClick={() => go(paths.firstCall())}>{say('setup.first')}</Menu.Item>
        )}
        {me.person.issuer === undefined && (
          <Menu.Item component="a" href={passkeysPage}>
            {say('frame.passkeys')}
          </Menu.Item>
        )}
        <Menu.Item onClick={leave}>{say('frame.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
