import { useSyncExternalStore } from 'react'

export type ThemeChoice = 'system' | 'light' | 'dark'
export type Theme = 'light' | 'dark'

/** theme.js reads the same before anything is painted. */
const kept = 'bailiwick.theme'
const dark = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

export const chosenTheme = (): ThemeChoice => {
  const written = localStorage.getItem(kept)
  return written === 'light' || written === 'dark' ? written : 'system'
}

const themeNow = (): Theme => {
  const chosen = chosenTheme()
  if (chosen !== 'system') return chosen
  return dark.matches ? 'dark' : 'light'
}

const moved = () => {
  document.documentElement.dataset.mantineColorScheme = themeNow()
  for (const tell of listeners) tell()
}
dark.addEventListener('change', moved)

export const chooseTheme = (choice: ThemeChoice): void => {
  if (choice === 'system') localStorage.removeItem(kept)
  else localStorage.setItem(kept, choice)
  moved()
}

const subscribe = (tell: () => void) => {
  listeners.add(tell)
  return () => listeners.delete(tell)
}
export const useTheme = (): Theme => useSyncExternalStore(subscribe, themeNow)
export const useChosenTheme = (): ThemeChoice => useSyncExternalStore(subscribe, chosenTheme)
