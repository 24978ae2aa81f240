import { useEffect, useSyncExternalStore } from 'react'
import type { Key, Values } from '../words/words.ts'

/** One key, or two in turn (`g l`): what it does stands in the catalogue, and `?` lists it. */
export interface Shortcut {
  readonly keys: string
  readonly says: Key
  readonly values?: Values
  readonly act: () => void
}

const kept = 'bailiwick.single-keys'
const shortcuts = new Set<Shortcut>()
const listeners = new Set<() => void>()
let snapshot: readonly Shortcut[] = []

const changed = () => {
  snapshot = [...shortcuts]
  for (const tell of listeners) tell()
}

/** Bare keys can be switched off (WCAG 2.1.4); those with Ctrl or ⌘ stay. */
export const areSingleKeysOn = (): boolean => localStorage.getItem(kept) !== 'off'
export const setSingleKeys = (on: boolean): void => {
  localStorage.setItem(kept, on ? 'on' : 'off')
  changed()
}

export const useShortcuts = (): readonly Shortcut[] =>
  useSyncExternalStore(
    (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    () => snapshot,
  )

/** While the component stands, these keys act, and the list of keys has them. */
export const useKeys = (list: readonly Shortcut[]): void =>
  useEffect(() => {
    for (const one of list) shortcuts.add(one)
    changed()
    return () => {
      for (const one of list) shortcuts.delete(one)
      changed()
    }
  }, [list])

const named = (name: string): Shortcut | undefined =>
  [...shortcuts].findLast(({ keys }) => keys === name)

const togetherMs = 1200

/** Listens once for the whole document; answers how to stop. */
export const listenForKeys = (): (() => void) => {
  let first = ''
  let at = 0
  const listen = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey) return
    const held = event.ctrlKey || event.metaKey
    if (!held && (!areSingleKeysOn() || isTyping(event.target))) return
    const name = held ? `mod+${event.key.toLowerCase()}` : event.key
    const both = first !== '' && event.timeStamp - at < togetherMs ? `${first} ${name}` : ''
    // Two in turn mean what they say wherever they are typed, also where a page has the second for itself.
    const found = named(both) ?? named(name)
    first = held || found ? '' : name
    at = event.timeStamp
    if (!found) return
    event.preventDefault()
    found.act()
  }
  document.addEventListener('keydown', listen)
  return () => document.removeEventListener('keydown', listen)
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type)))
