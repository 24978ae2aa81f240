import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlaneId } from '#domain/name.ts'
import { noteLimitBytes, parseNote } from '#lib/signed-note.ts'

/** A checkpoint on its way out. */
export interface Published {
  readonly note: string
  readonly size: number
  /** The time that was signed, UTC milliseconds. */
  readonly at: number
  /** Nothing comes after it for now: this process stops. */
  readonly isLast: boolean
}

/** Where checkpoints lie outside of the store: whoever restores an old copy of the store has not restored these. */
export interface PublishedPlace {
  /** For the log and for whoever operates. */
  readonly name: string
  /** The newest of a plane; undefined where none was published. Rejects where that cannot be known. */
  newest(plane: PlaneId): Promise<string | undefined>
  /** Durable when it resolves. Of what does not have to be kept nothing happens. */
  put(plane: PlaneId, published: Published): Promise<void>
}

/** A file for each plane, `PLANE.checkpoint`, which holds the newest: written whole and renamed. */
export const inFile = (folder: string): PublishedPlace => {
  const pathOf = (plane: PlaneId): string => join(folder, `${plane}.checkpoint`)
  return {
    name: folder,
    newest: (plane) => readIfThere(pathOf(plane)),
    async put(plane, { note }) {
      await mkdir(folder, { recursive: true })
      const unnamed = `${pathOf(plane)}.${process.pid}`
      await rm(unnamed, { force: true })
      await writeNew(unnamed, note)
      await rename(unnamed, pathOf(plane))
      await syncFolder(folder)
    },
  }
}

/**
 * A new file for each checkpoint, one a minute and at a stop, `PLANE/2026-11-28/120000-48213.checkpoint`.
 * None is ever replaced, renamed or removed, so the folder may lie on storage that refuses all of it.
 * It has to be there already: where a mount is missing nothing must be taken for never published.
 */
export const inArchive = (folder: string): PublishedPlace => {
  const last = new Map<PlaneId, Published>()
  const isDue = (plane: PlaneId, { at, isLast }: Published): boolean => {
    const before = last.get(plane)
    return isLast || before === undefined || at - before.at >= archiveEveryMs
  }
  return {
    name: folder,
    async newest(plane) {
      await readdir(folder)
      for (const day of await namesIn(join(folder, plane), /^\d{4}-\d\d-\d\d$/)) {
        const files = await namesIn(join(folder, plane, day), /^\d{6}-\d+\.checkpoint$/)
        // The last one may have been cut off by a crash while it was written.
        for (const file of files.slice(0, lookedBack)) {
          const note = await readIfThere(join(folder, plane, day, file))
          if (note !== undefined && !('problem' in parseNote(Buffer.from(note)))) return note
        }
      }
      return undefined
    },
    async put(plane, published) {
      if (!isDue(plane, published)) return
      const [day = '', time = ''] = new Date(published.at).toISOString().split(/[T.]/)
      const place = join(folder, plane, day)
      await readdir(folder)
      await mkdir(place, { recursive: true })
      const name = `${time.replaceAll(':', '')}-${published.size}.checkpoint`
      await writeNew(join(place, name), published.note).catch(unlessItStands)
      await syncFolder(place)
      last.set(plane, published)
    },
  }
}
const archiveEveryMs = 60_000
const lookedBack = 10

const writeNew = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'wx', 0o644)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Another process of this installation was as fast. */
const unlessItStands = (error: unknown): void => {
  if (codeOf(error) !== 'EEXIST') throw error
}

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    const bytes = await readFile(path)
    return bytes.subarray(0, noteLimitBytes + 1).toString('utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Last first. */
const namesIn = async (folder: string, pattern: RegExp): Promise<string[]> => {
  try {
    return (await readdir(folder))
      .filter((name) => pattern.test(name))
      .sort(bySize)
      .reverse()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** Of one second the one of more entries is the later one. */
const bySize = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true })

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined
