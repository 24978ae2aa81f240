import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { BundlePiece } from '#ledger/bundle/bundle.ts'
import {
  manifestFile,
  manifestNoteFile,
  optionalFiles,
  requiredFiles,
} from '#ledger/verify/manifest.ts'
import { Fault } from '#lib/fault.ts'

/** A bundle's folder while it is made: it has its name only when all of it is there, and on disk. */
export interface BundleFolder {
  write(piece: BundlePiece): void
  /** Puts it in its place; answers how many files it has. */
  finish(): number
  /** Takes away what was made. */
  discard(): void
}

/** Nothing else is ever written or taken away, whatever a gateway says a piece is of. */
const names: ReadonlySet<string> = new Set([
  ...[...requiredFiles, ...optionalFiles],
  ...[manifestFile, manifestNoteFile],
])

/**
 * `folder` is empty or does not exist. What is made lies in `folder`.partial until it is whole; what an
 * export left there that was cut off is replaced.
 */
export const createBundleFolder = (folder: string): BundleFolder => {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new Fault('usage', {
      detail: `${folder} is not empty, and everything in a bundle's folder is taken for a part of it.`,
      fix: 'name another one with -o',
    })
  const parent = dirname(join(folder, '.'))
  const partial = join(parent, `${basename(folder)}.partial`)
  const open = new Map<string, number>()
  const openFile = (name: string): number => {
    if (open.size === 0) begin(partial)
    const file = openSync(join(partial, name), 'wx', 0o600)
    open.set(name, file)
    return file
  }
  const close = (): void => {
    for (const file of open.values()) closeSync(file)
    open.clear()
  }
  return {
    write({ file: name, bytes }) {
      if (!names.has(name))
        throw new Fault('internal', { cause: new Error(`${name} is no file of a bundle`) })
      const file = open.get(name) ?? openFile(name)
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
    },
    finish() {
      const files = open.size
      for (const file of open.values()) fsyncSync(file)
      close()
      syncFolder(partial)
      renameSync(partial, folder)
      syncFolder(parent)
      return files
    },
    discard() {
      if (open.size === 0) return
      close()
      clear(partial)
    },
  }
}

const begin = (partial: string): void => {
  if (existsSync(partial)) clear(partial)
  mkdirSync(partial, { recursive: true, mode: 0o700 })
}

const clear = (partial: string): void => {
  const strange = readdirSync(partial).find((name) => !names.has(name))
  if (strange !== undefined)
    throw new Fault('usage', {
      detail: `${partial} holds ${strange}, which no export has made; nothing in it was touched.`,
      fix: 'move it away, or name another folder with -o',
    })
  for (const name of readdirSync(partial)) unlinkSync(join(partial, name))
  rmdirSync(partial)
}

const syncFolder = (folder: string): void => {
  const file = openSync(folder, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
