import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { Findings } from './findings.ts'
import {
  type Manifest,
  manifestFile,
  manifestNoteFile,
  optionalFiles,
  requiredFiles,
} from './manifest.ts'

/** The files of a bundle, wherever they are. */
export interface BundleFiles {
  /** Names of everything that is there. */
  list(): readonly string[]
  /** Undefined where there is no such file. */
  size(name: string): number | undefined
  /** Up to `length` bytes from `offset` on; fewer at the end. */
  read(name: string, offset: number, length: number): Uint8Array
}

export const openBundleFolder = (folder: string): BundleFiles & { close(): void } => {
  const open = new Map<string, number>()
  const names = readdirSync(folder)
  const descriptor = (name: string): number => {
    const known = open.get(name)
    if (known !== undefined) return known
    const made = openSync(join(folder, name), 'r')
    open.set(name, made)
    return made
  }
  return {
    list: () => names,
    size(name) {
      if (!names.includes(name)) return undefined
      const stat = fstatSync(descriptor(name))
      return stat.isFile() ? stat.size : undefined
    },
    read(name, offset, length) {
      const bytes = Buffer.allocUnsafe(length)
      let done = 0
      while (done < length) {
        const got = readSync(descriptor(name), bytes, done, length - done, offset + done)
        if (got === 0) break
        done += got
      }
      return bytes.subarray(0, done)
    },
    close() {
      for (const one of open.values()) closeSync(one)
    },
  }
}

const chunkBytes = 1 << 20

export function* chunksOf(files: BundleFiles, name: string): Generator<Uint8Array> {
  const size = files.size(name) ?? 0
  for (let at = 0; at < size; at += chunkBytes) yield files.read(name, at, chunkBytes)
}

/** A whole small file; undefined where it is missing or larger than that. */
export const readWhole = (
  files: BundleFiles,
  name: string,
  limitBytes: number,
): Uint8Array | undefined => {
  const size = files.size(name)
  return size === undefined || size > limitBytes ? undefined : files.read(name, 0, size)
}

/** Nothing is missing, nothing was added, and every byte is what the manifest says. */
export const checkFiles = (files: BundleFiles, manifest: Manifest, findings: Findings): void => {
  const named = manifest.files
  const known: readonly string[] = [...requiredFiles, ...optionalFiles]
  for (const name of files.list())
    if (!Object.hasOwn(named, name) && name !== manifestFile && name !== manifestNoteFile)
      findings.add(name, 'it is no part of the bundle')
  for (const name of requiredFiles)
    if (!Object.hasOwn(named, name)) findings.add(name, `${manifestFile} does not name it`)
  for (const [name, { bytes, sha256 }] of Object.entries(named)) {
    const size = files.size(name)
    if (!known.includes(name)) findings.add(name, 'no bundle of this format has such a file')
    else if (size === undefined) findings.add(name, 'it is missing')
    else if (size !== bytes) findings.add(name, `it has ${size} bytes, and was made with ${bytes}`)
    else if (digestOf(files, name) !== sha256) findings.add(name, 'it was changed: another SHA-256')
  }
}

const digestOf = (files: BundleFiles, name: string): string => {
  const hash = createHash('sha256')
  for (const chunk of chunksOf(files, name)) hash.update(chunk)
  return hash.digest('hex')
}
