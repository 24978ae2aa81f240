import { ComesLater } from './ComesLater.tsx'

export default function PortalCatalog() {
  return <ComesLater title="frame.place.portal" />
}
