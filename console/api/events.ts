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

/** Tells the newest revision as it is made, and asks again what pages show. EventSource reconnects by itself. */
export const useEvents = (isSignedIn: boolean): void =>
  useEffect(() => {
    if (!isSignedIn) return
    const source = new EventSource('/api/v1/events')
    source.onopen = () => move('live')
    source.onerror = () => move('reconnecting')
    source.addEventListener('revision', () => void queryClient.invalidateQueries())
    return () => {
      source.close()
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
