import type { StoredLedger } from '#ledger/verify/stored.ts'
import type { Control } from './control.ts'

/** A plane's ledger as an installation hands it out; what it says of itself is verified here, not there. */
export const storedOver = async (control: Control, plane: string): Promise<StoredLedger> => {
  const { generation, ...standing } = await control.ask('ledgerStanding', { plane })
  return {
    ...standing,
    async part(from, most) {
      const { leaves, ...part } = await control.ask('ledgerEntries', { plane, from, most })
      return { ...part, leaves: Buffer.from(leaves, 'base64') }
    },
    async notes(from, most) {
      return (await control.ask('ledgerCheckpoints', { plane, generation, from, most })).notes
    },
    async tiles(places) {
      const about = { plane, generation, places: [...places] }
      const { tiles } = await control.ask('ledgerTiles', about)
      return tiles.map((tile) => (tile === null ? undefined : Buffer.from(tile, 'base64')))
    },
  }
}
