import { useLocation, useRouter } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, MouseEvent, ReactNode } from 'react'

interface Props extends AnchorHTMLAttributes<HTMLAnchorElement> {
  /** One of paths.ts, with a query if it needs one. The plane that is looked at is kept. */
  readonly to: string
  readonly children: ReactNode
}

/** The address with the plane that is looked at now, unless it says one itself. */
export const withPlane = (to: string, plane: string | undefined): string => {
  if (plane === undefined || /[?&]plane=/.test(to)) return to
  return `${to}${to.includes('?') ? '&' : '?'}plane=${encodeURIComponent(plane).replaceAll('%2C', ',')}`
}

/** A link within the console: an ordinary one to whoever opens it in a new tab. */
export const Go = ({ to, children, onClick, ...rest }: Props) => {
  const router = useRouter()
  const plane = useLocation({ select: ({ search }) => (search as { plane?: string }).plane })
  const href = withPlane(to, plane)
  const click = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    const isOurs = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey
    if (event.defaultPrevented || !isOurs) return
    event.preventDefault()
    router.history.push(href)
  }
  return (
    <a href={href} onClick={click} {...rest}>
      {children}
    </a>
  )
}

/** Goes to an address of paths.ts from code. */
export const useGo = (): ((to: string, replace?: boolean) => void) => {
  const router = useRouter()
  return (to, replace = false) => (replace ? router.history.replace(to) : router.history.push(to))
}
