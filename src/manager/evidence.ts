import { hash } from 'node:crypto'
import type { PlaneId } from '#domain/name.ts'
import { readInstant } from '#ledger/ask.ts'
import type { BundlePiece } from '#ledger/bundle/bundle.ts'
import type { WrittenKey } from '#ledger/verify/keys.ts'
import type { TileId } from '#lib/tile.ts'
import { type Desk, findPlane } from './desk.ts'

interface InPlane {
  readonly plane?: string | undefined
}

const chosen = ({ installation }: Desk, { plane }: InPlane): PlaneId =>
  findPlane(installation.change.current(), plane).id

export interface ExportInput extends InPlane {
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly payloads: boolean
  /** Arguments and results in the clear, for whoever may read them. */
  readonly disclose: boolean
}

/** A bundle as it is made: see `Evidence`. */
export const exportLedger = (
  desk: Desk,
  input: ExportInput,
): Promise<AsyncIterable<BundlePiece>> => {
  const now = desk.clock.now()
  const { from, to, payloads, disclose } = input
  return desk.installation.evidence(chosen(desk, input)).export({
    ...{ by: desk.by, from, to, payloads, disclose },
    sinceMs: readInstant('since', input.since, now),
    untilMs: readInstant('until', input.until, now),
  })
}

/** One JSON object a line; without the last of them the bundle was cut off. */
export async function* linesOf(pieces: AsyncIterable<BundlePiece>): AsyncGenerator<string> {
  for await (const { file, bytes } of pieces)
    yield JSON.stringify({ file, bytes: Buffer.from(bytes).toString('base64') })
  yield JSON.stringify({ end: true })
}

export const proveEntry = async (
  desk: Desk,
  input: InPlane & { readonly position: number },
): Promise<{ plane: string; position: number; proof: string }> => {
  const plane = chosen(desk, input)
  const { position } = input
  return { plane, position, proof: await desk.installation.evidence(plane).prove(position) }
}

/** The verifier keys of a plane's ledger, oldest first. */
export const ledgerKeys = async (
  desk: Desk,
  input: InPlane,
): Promise<{ plane: string; origin: string; keys: readonly WrittenKey[] }> => {
  const plane = chosen(desk, input)
  return { plane, ...(await desk.installation.evidence(plane).keys()) }
}

/** What is to be verified of a ledger where it lies, and what the installation itself says of it. */
export const ledgerStanding = async (desk: Desk, input: InPlane) => {
  const plane = chosen(desk, input)
  const { keys, origin } = await desk.installation.evidence(plane).keys()
  const { tree } = desk.installation.ledgerFile(plane)
  const { generation, size, entries, checkpoint } = await tree.standing()
  const { problem } = await desk.installation.trees.status(plane)
  const { to: pruned } = await desk.installation.ledgerFile(plane).pruning()
  const newest = checkpoint?.number ?? 0
  const checkpoints = await tree.countCheckpoints(generation)
  return { plane, origin, keys, generation, size, entries, checkpoints, newest, pruned, problem }
}

/** Bodies, the hashes of what lies in the store, and those of what is encrypted beside it. */
export const ledgerEntries = async (
  desk: Desk,
  input: InPlane & { readonly from: number; readonly most: number },
) => {
  const file = desk.installation.ledgerFile(chosen(desk, input))
  const before = input.from + input.most
  const stored = await file.read(input.from, input.most, { before })
  const positions = stored.map(({ position }) => position)
  const bodies = stored.map(({ entry }) => JSON.stringify(entry))
  const leaves = Buffer.from(await file.tree.leafHashes(input.from, input.most))
  const payloads: { position: number; sha256: string }[] = []
  for (const [at, body] of bodies.entries()) {
    if (!/"(?:arguments|result)Sealed":/.test(body)) continue
    const position = positions[at] ?? 0
    const sealed = await file.findPayload(position)
    if (sealed) payloads.push({ position, sha256: hash('sha256', sealed, 'hex') })
  }
  return { positions, bodies, leaves: leaves.toString('base64'), payloads }
}

export const ledgerCheckpoints = async (
  desk: Desk,
  input: InPlane & { readonly generation: number; readonly from: number; readonly most: number },
): Promise<{ notes: string[] }> => {
  const { tree } = desk.installation.ledgerFile(chosen(desk, input))
  const rows = await tree.checkpoints(input.generation, input.from, input.most)
  const before = input.from + input.most
  return { notes: rows.filter(({ number }) => number < before).map(({ note }) => note) }
}

/** Each tile in base64; null where there is none. */
export const ledgerTiles = async (
  desk: Desk,
  input: InPlane & { readonly generation: number; readonly places: readonly TileId[] },
): Promise<{ tiles: (string | null)[] }> => {
  const { tree } = desk.installation.ledgerFile(chosen(desk, input))
  const tiles = await tree.tiles(input.places, input.generation)
  return { tiles: tiles.map((tile) => (tile ? Buffer.from(tile).toString('base64') : null)) }
}
