import type { BundlePiece } from '#ledger/bundle/bundle.ts'
import { hashBytes } from '#lib/merkle.ts'
import { createBundleFolder } from '../bundle-folder.ts'
import type { Invocation, Options } from '../command.ts'
import type { Io } from '../io.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { grouped } from '../when.ts'

/** Into a folder that is empty or does not exist: nothing that lies there is taken for a part of it. */
export const run = async (invocation: Invocation): Promise<number> => {
  const { args, options, terminal, fields, io } = invocation
  const [plane] = args
  const folder = options.text('output') ?? `${plane ?? 'ledger'}-evidence`
  const made = createBundleFolder(folder)
  const control = await invocation.control()
  const asked = { ...rangeOf(options), ...(plane !== undefined && { plane }) }
  const [payloads, disclose] = [options.flag('payloads'), options.flag('disclose')]
  const progress = toldPieces(terminal, io, folder)
  try {
    for await (const piece of control.exportLedger({ ...asked, payloads, disclose })) {
      made.write(piece)
      progress(piece)
    }
  } catch (thrown) {
    made.discard()
    throw thrown
  }
  const answer = { folder, files: made.finish() }
  if (terminal.json) printJson(terminal, answer, fields)
  else terminal.out(`${terminal.glyph('passed')} ${folder}: ${answer.files} files`)
  terminal.hint(`Next: bailiwick verify ${folder}`)
  return 0
}

const rangeOf = (options: Options) => {
  const bounds = { least: 0, most: 999_999_999, otherwise: 0 }
  const count = (name: string) =>
    options.text(name) === undefined ? undefined : options.count(name, bounds)
  const written = { since: options.text('since'), until: options.text('until') }
  const asked = { from: count('from'), to: count('to'), ...written }
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
}

const everyMs = 2000

/** Nothing for what takes a moment; then a line every other second. */
const toldPieces = (terminal: Terminal, io: Io, folder: string) => {
  let said = io.now()
  let entries = 0
  let bytes = 0
  return (piece: BundlePiece): void => {
    bytes += piece.bytes.length
    if (piece.file === 'leaves') entries += piece.bytes.length / hashBytes
    if (io.now() - said < everyMs) return
    said = io.now()
    terminal.say(`Exporting ${folder}  ${grouped(entries)} entries, ${grouped(bytes)} bytes`)
  }
}
