import { chmodSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'

/** sockaddr_un holds 108 bytes on Linux and 104 on macOS, with the closing zero. */
const pathLimitBytes = 100
const socketName = 'control.sock'
/** Names the socket where the data folder's own path is too long for one. */
const pointerName = 'control'
const folderPrefix = 'bailiwick-'

/** Where the control socket of a data folder is to be found, whether or not anything listens there. */
export const findSocket = (dataFolder: string): string => {
  const direct = join(resolve(dataFolder), socketName)
  if (Buffer.byteLength(direct) <= pathLimitBytes) return direct
  try {
    return readFileSync(join(dataFolder, pointerName), 'utf8').trim()
  } catch {
    return direct
  }
}

/**
 * The place to listen at: in the data folder, or in a new folder of mode 0700 that the data folder
 * names. Only the owner of the folder's lock may call this: what an earlier owner left is removed.
 */
export const placeSocket = (dataFolder: string): string => {
  removeSocket(dataFolder)
  const direct = join(resolve(dataFolder), socketName)
  if (Buffer.byteLength(direct) <= pathLimitBytes) return direct
  const short = join(mkdtempSync(join(tmpdir(), folderPrefix)), socketName)
  const pointer = join(dataFolder, pointerName)
  writeFileSync(pointer, `${short}\n`, { mode: 0o600 })
  chmodSync(pointer, 0o600)
  return short
}

/** Takes the socket away, with the short folder where there was one. */
export const removeSocket = (dataFolder: string): void => {
  const socket = findSocket(dataFolder)
  const folder = dirname(socket)
  rmSync(join(dataFolder, pointerName), { force: true })
  if (basename(socket) !== socketName) return
  rmSync(socket, { force: true })
  if (folder === resolve(dataFolder) || !basename(folder).startsWith(folderPrefix)) return
  rmdirSync(folder)
}
