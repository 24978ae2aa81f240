import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { verifyBundle } from '#ledger/verify/bundle.ts'
import { openBundleFolder } from '#ledger/verify/bundle-files.ts'
import { type Kept, readKept } from '#ledger/verify/kept.ts'
import { verifyProof } from '#ledger/verify/proof.ts'
import { verifyStored } from '#ledger/verify/stored.ts'
import { Fault } from '#lib/fault.ts'
import { type NoteKey, parseVerifierKey } from '#lib/signed-note.ts'
import type { Invocation } from '../command.ts'
import { storedOver } from '../stored-ledger.ts'
import { type Judged, tellVerdicts, toldProgress } from '../verdict.ts'

/** A folder is a bundle, a file the proof of one entry, everything else a plane of the installation. */
export const run = async (invocation: Invocation): Promise<number> => {
  const [what] = invocation.args
  const trusted = readKey(invocation)
  if (what === undefined || !isPath(what)) return verifyPlanes(invocation, what, trusted)
  if (!existsSync(what)) throw new Fault('usage', { detail: `There is no ${what}.` })
  return statSync(what).isDirectory()
    ? verifyFolder(invocation, what, trusted)
    : verifyFile(invocation, what, trusted)
}

/** The name of a plane is no path, unless a bundle lies there under that name. */
const isPath = (what: string): boolean =>
  !/^[a-z][a-z0-9-]{0,23}$/.test(what) || existsSync(join(what, 'manifest.json'))

const verifyFolder = async (
  { options, terminal, io, fields }: Invocation,
  folder: string,
  trusted: NoteKey | undefined,
): Promise<number> => {
  const kept = readCheckpointFile(options.text('checkpoint'))
  const files = openBundleFolder(folder)
  try {
    const progress = toldProgress(terminal, io, folder)
    const { findings, manifest, keys, ledger } = await verifyBundle(files, {
      ...{ trusted, kept, progress },
    })
    const one: Judged = {
      what: folder,
      origin: manifest?.origin ?? '',
      ...{ findings, keys, ledger, trusted, waiting: 0 },
      entries: manifest ? manifest.to - manifest.from + 1 : 0,
      checkpoints: manifest?.checkpoints ?? 0,
    }
    return tellVerdicts(terminal, [one], fields)
  } finally {
    files.close()
  }
}

const verifyPlanes = async (
  invocation: Invocation,
  plane: string | undefined,
  trusted: NoteKey | undefined,
): Promise<number> => {
  const { options, terminal, io, fields } = invocation
  const kept = readCheckpointFile(options.text('checkpoint'))
  const control = await invocation.control()
  const all = plane === undefined ? (await control.ask('status', {})).planes : [{ plane }]
  if ((kept !== undefined || trusted !== undefined) && all.length > 1)
    throw new Fault('usage', { detail: 'A checkpoint and a key are of one plane: name it.' })
  const verdicts: Judged[] = []
  for (const one of all) {
    const stored = await storedOver(control, one.plane)
    const progress = toldProgress(terminal, io, one.plane)
    const { origin, size: entries, checkpoints } = stored
    const judged = await verifyStored(stored, { trusted, kept, progress })
    verdicts.push({ what: one.plane, origin, entries, checkpoints, trusted, ...judged })
  }
  return tellVerdicts(terminal, verdicts, fields)
}

const verifyFile = (
  { terminal }: Invocation,
  file: string,
  trusted: NoteKey | undefined,
): number => {
  if (trusted === undefined)
    throw new Fault('usage', {
      detail: 'The proof of an entry is held against a key: name it with --key.',
      fix: 'bailiwick ledger keys PLANE, where the entry is from',
    })
  const proved = verifyProof(readFileSync(file, 'utf8'), trusted)
  if ('problem' in proved) {
    terminal.out(`${terminal.paint(terminal.glyph('no'), 'bad')} ${file}: ${proved.problem}`)
    return 3
  }
  const { position, size, seconds, body } = proved
  const at = new Date(seconds * 1000).toISOString()
  terminal.out(
    `${terminal.paint(terminal.glyph('passed'), 'good')} entry ${position} of ${trusted.name}`,
  )
  terminal.out(`  under a checkpoint of ${size} entries, signed at ${at}`)
  terminal.out(`  ${body}`)
  return 0
}

/** As text, or in a file that holds it. */
const readKey = ({ options }: Invocation): NoteKey | undefined => {
  const written = options.text('key')
  if (written === undefined) return undefined
  const text = existsSync(written) ? readFileSync(written, 'utf8').trim() : written
  const key = parseVerifierKey(text)
  if (key !== undefined) return key
  throw new Fault('usage', {
    detail: '--key takes a verifier key, bailiwick/…+…+…, or a file with one.',
    fix: 'bailiwick ledger keys PLANE',
  })
}

const readCheckpointFile = (file: string | undefined): Kept | undefined => {
  if (file === undefined) return undefined
  if (!existsSync(file)) throw new Fault('usage', { detail: `There is no ${file}.` })
  const kept = readKept(readFileSync(file))
  if (!('problem' in kept)) return kept
  throw new Fault('usage', { detail: `${file} is no checkpoint: ${kept.problem}.` })
}
