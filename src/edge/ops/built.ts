import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface BuiltFile {
  readonly type: string
  readonly bytes: Buffer
  /** Undefined where it would not be smaller. */
  readonly gzip: Buffer | undefined
  /** Strong, of the content; quoted as the header has it. */
  readonly etag: string
}

/** One build of the console, whole, in memory. */
export interface Built {
  /** By their paths under the folder, with `/`. */
  readonly files: ReadonlyMap<string, BuiltFile>
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** How often a folder that may have changed is looked at. */
const lookEveryMs = 1000

/**
 * Reads the build in a folder, which is a link in a checkout: a new build is another folder behind the
 * same link, so what is served is one build or the other and never a mixture. A build that came before
 * goes on answering for its hashed files, which pages that are open may still ask for.
 */
export const createBuilt = (folder: string, now: () => number): (() => Built | undefined) => {
  let lookedAt = Number.NEGATIVE_INFINITY
  let real: string | undefined
  let built: Built | undefined
  return () => {
    if (now() - lookedAt < lookEveryMs) return built
    lookedAt = now()
    const found = realPath(folder)
    if (found === undefined || found === real) return built
    const files = readFiles(found)
    if (!files.has('index.html')) return built
    real = found
    built = { files: new Map([...assetsOf(built), ...files]) }
    return built
  }
}

const assetsOf = (before: Built | undefined): [string, BuiltFile][] =>
  [...(before?.files ?? [])].filter(([path]) => path.startsWith('assets/'))

const realPath = (folder: string): string | undefined => {
  try {
    return realpathSync(folder)
  } catch {
    return undefined
  }
}

const readFiles = (folder: string): Map<string, BuiltFile> => {
  const files = new Map<string, BuiltFile>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')
    const type = types[extname(path)]
    if (entry.isFile() && type !== undefined)
      files.set(path, fileOf(readFileSync(join(folder, path)), type))
  }
  return files
}

const fileOf = (bytes: Buffer, type: string): BuiltFile => {
  const packed = type.startsWith('font/') ? undefined : gzipSync(bytes, { level: 9 })
  return {
    type,
    bytes,
    gzip: packed && packed.length < bytes.length ? packed : undefined,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
  }
}
