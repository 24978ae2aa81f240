import { useState } from 'react'
import { useMe } from '../../api/session.ts'
import { type KeptView, readViews, withView } from './kept-views.ts'

/** Of this person in this browser: an address is what others are given. */
export const useKeptViews = () => {
  const key = `bailiwick.views.${useMe().data?.person.name ?? ''}`
  const [views, setViews] = useState(() => readViews(localStorage.getItem(key)))
  const put = (kept: readonly KeptView[]) => {
    localStorage.setItem(key, JSON.stringify(kept))
    setViews(kept)
  }
  return {
    views,
    keep: (view: KeptView) => put(withView(views, view)),
    remove: (name: string) => put(views.filter((one) => one.name !== name)),
  }
}
