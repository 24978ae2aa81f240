import { Button as KitButton, type ButtonProps as KitProps, Tooltip } from '@mantine/core'
import type { ButtonHTMLAttributes } from 'react'

export interface ButtonProps
  extends KitProps,
    Omit<ButtonHTMLAttributes<HTMLButtonElement>, keyof KitProps> {
  /** Why it cannot be pressed, and what would change that: it is shown disabled, never hidden. */
  readonly disabledReason?: string | undefined
  readonly tone?: 'plain' | 'main' | 'grave'
}

/** Fingers and keyboards ask why as well. */
const allWays = { hover: true, focus: true, touch: true }

/** Verb, object, count. `main` is the one that a page is about; `grave` does what cannot be undone. */
export const Button = ({ disabledReason, tone = 'plain', ...rest }: ButtonProps) => {
  const button = (
    <KitButton
      size="xs"
      variant={tone === 'plain' ? 'default' : 'filled'}
      {...(tone === 'grave' && { color: 'var(--error)' })}
      {...rest}
      {...(disabledReason !== undefined && {
        'data-disabled': true,
        'aria-disabled': true,
        onClick: (event: { preventDefault(): void }) => event.preventDefault(),
      })}
    />
  )
  if (disabledReason === undefined) return button
  return (
    <Tooltip label={disabledReason} events={allWays} multiline maw="min(320px, 90vw)">
      {button}
    </Tooltip>
  )
}
