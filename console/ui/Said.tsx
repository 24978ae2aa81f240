/** A text of the catalogue in which what stands between backticks is a command. */
export const Said = ({ text }: { readonly text: string }) =>
  text.split('`').map((part, at) => {
    const key = `${at}${part}`
    return at % 2 === 1 ? <code key={key}>{part}</code> : <span key={key}>{part}</span>
  })
