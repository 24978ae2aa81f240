import { createHash, timingSafeEqual } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, link, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '#lib/fault.ts'
import { KEY_BYTES } from './gcm.ts'

/** In the data folder. Whoever can read it can open every secret of the installation. */
const FILE = 'root.key'
const HEADER = 'bailiwick root key 1'
const MODE = 0o600
const OTHERS = 0o077
/** Far above what the three lines take. */
const MOST_BYTES = 4096

/**
 * The root key of a data folder, undefined where there is no key file yet. Fault('bad_key') where
 * others may read the file, where it belongs to someone else, or where it is damaged.
 */
export async function readRootKey(folder: string): Promise<Buffer | undefined> {
  const path = join(folder, FILE)
  const file = await openIfThere(path)
  if (!file) return undefined
  try {
    await checkAccess(file, path)
    const bytes = Buffer.alloc(MOST_BYTES)
    const { bytesRead } = await file.read(bytes, 0, MOST_BYTES, 0)
    const key = decode(bytes.subarray(0, bytesRead))
    bytes.fill(0)
    if (!key) throw damaged(path)
    return key
  } finally {
    await file.close()
  }
}

/**
 * Writes a new key file and answers when it and its folder's entry have survived a crash. Never
 * replaces one: Fault('bad_key') where a file came to stand in the meantime. After a crash there is
 * the whole file or none, since it gets its name only when it is written.
 */
export async function makeRootKey(folder: string, key: Buffer): Promise<void> {
  const path = join(folder, FILE)
  const unnamed = `${path}.new`
  await rm(unnamed, { force: true })
  const file = await open(unnamed, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, MODE)
  try {
    await file.chmod(MODE)
    await file.writeFile(encode(key))
    await file.sync()
  } finally {
    await file.close()
  }
  await link(unnamed, path).catch((cause) => {
    throw new Fault('bad_key', { detail: `${path} could not be made`, cause })
  })
  await rm(unnamed)
  await syncFolder(folder)
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY)
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw new Fault('bad_key', { detail: `${path} cannot be read`, cause })
  }
}

const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'

async function checkAccess(file: FileHandle, path: string): Promise<void> {
  const about = await file.stat()
  if (!about.isFile()) throw new Fault('bad_key', { detail: `${path} is not a file` })
  if ((about.mode & OTHERS) !== 0) {
    const mode = (about.mode & 0o777).toString(8).padStart(4, '0')
    throw new Fault('bad_key', {
      detail: `${path} has mode ${mode}: others than its owner may use it`,
      fix: `chmod 600 ${path}`,
    })
  }
  const self = process.geteuid?.()
  if (self !== undefined && self !== 0 && about.uid !== self) {
    throw new Fault('bad_key', {
      detail: `${path} belongs to another user (${about.uid}), who could replace it`,
      fix: `chown ${self} ${path}`,
    })
  }
}

function encode(key: Buffer): string {
  return `${HEADER}\n${key.toString('base64url')}\nsha256 ${checksum(key).toString('hex')}\n`
}

function decode(bytes: Buffer): Buffer | undefined {
  const lines = bytes.toString('latin1').split('\n')
  const [header, written, sum, end] = lines
  if (lines.length !== 4 || header !== HEADER || end !== '') return undefined
  const key = Buffer.from(written ?? '', 'base64url')
  if (key.length !== KEY_BYTES || key.toString('base64url') !== written) return undefined
  const expected = Buffer.from(`sha256 ${checksum(key).toString('hex')}`)
  const found = Buffer.from(sum ?? '')
  return found.length === expected.length && timingSafeEqual(found, expected) ? key : undefined
}

/** Tells a damaged file from a foreign one; eight bytes of a hash over a random key say nothing about it. */
const checksum = (key: Buffer): Buffer =>
  createHash('sha256').update(HEADER).update(key).digest().subarray(0, 8)

const damaged = (path: string) =>
  new Fault('bad_key', {
    detail: `${path} is damaged: its checksum does not match`,
    fix: `put the root.key back that was saved when this installation was set up`,
  })

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
