import { PasswordInput, type PasswordInputProps } from '@mantine/core'
import { useWords } from '../words/words.ts'

/** A password, which may be pasted, and shown to whoever types it. */
export const PasswordField = (props: PasswordInputProps) => {
  const { say } = useWords()
  return (
    <PasswordInput
      visibilityToggleButtonProps={{ 'aria-label': say('ui.password.show') }}
      {...props}
    />
  )
}
