import { useTyped } from './typed.ts'

/** A text of the catalogue in which what stands between backticks is a command. */
export const Said = ({ text }: { readonly text: string }) => {
  const typed = useTyped()
  return text.split('`').map((part, at) => {
    const key = `${at}${part}`
    return at % 2 === 1 ? <code key={key}>{typed(part)}</code> : <span key={key}>{part}</span>
  })
}
