import { useEffect, useSyncExternalStore } from 'react'
import { queryClient } from './queries.ts'

/** `off` before anybody listens; `reconnecting` carries since when. */
export interface Connection {
  readonly state: 'off' | 'live' | 'reconnecting'
  readonly since: number
}

let connection: Connection = { state: 'off', since: 0 }
const listeners = new Set<() => void>()
const move = (state: Connection['state']) => {
  if (connection.state === state) return
  connection = { state, since: Date.now() }
  for (const tell of listeners) tell()
}

/** A stream that the server refused is not tried again by the browser: it is by us. */
const againMs = 5000

/**
 * Tells the newest revision as it is made, and asks again what pages show. Only the tab that is looked
 * at listens: a browser keeps few connections to one origin, and the server few streams of one person.
 */
export const useEvents = (isSignedIn: boolean): void =>
  useEffect(() => {
    if (!isSignedIn) return
    let source: EventSource | undefined
    let again: ReturnType<typeof setTimeout> | undefined
    const close = () => {
      clearTimeout(again)
      source?.close()
      source = undefined
    }
    const listen = () => {
      close()
      source = new EventSource('/api/v1/events')
      source.onopen = () => move('live')
      source.onerror = ({ target }) => {
        move('reconnecting')
        if ((target as EventSource).readyState === EventSource.CLOSED)
          again = setTimeout(listen, againMs)
      }
      source.addEventListener('revision', () => void queryClient.invalidateQueries())
    }
    const look = () => {
      if (document.visibilityState === 'visible') return listen()
      close()
      move('off')
    }
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      close()
      move('off')
    }
  }, [isSignedIn])

export const useConnection = (): Connection =>
  useSyncExternalStore(
    (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    () => connection,
  )
