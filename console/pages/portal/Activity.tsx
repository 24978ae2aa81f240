import { ComesLater } from './ComesLater.tsx'

export default function Activity() {
  return <ComesLater title="frame.place.activity" />
}
