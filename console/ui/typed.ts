import { createContext, useContext } from 'react'

/** What is typed to run the program where it runs: `./bailiwick` in a checkout. */
export const ProgramName = createContext('bailiwick')

/** Commands of ours within a text, as they have to be typed there. */
export const useTyped = (): ((text: string) => string) => {
  const program = useContext(ProgramName)
  return (text) => text.replace(/^bailiwick (?=[a-z])/gm, `${program} `)
}
