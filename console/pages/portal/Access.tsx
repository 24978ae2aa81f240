import { ComesLater } from './ComesLater.tsx'

export default function Access() {
  return <ComesLater title="frame.place.access" />
}
