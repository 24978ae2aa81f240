/** One file of an archive: what it is made of came in pieces. */
export interface Packed {
  readonly name: string
  readonly pieces: readonly Uint8Array<ArrayBuffer>[]
}

const block = 512

/**
 * A tar archive (POSIX.1-2017, pax, "ustar interchange format") of plain files in one folder: every system
 * unpacks it, and nothing of a bundle has to be compressed or held in memory twice.
 */
export const tarOf = (folder: string, files: readonly Packed[]): Blob => {
  const parts: BlobPart[] = []
  for (const { name, pieces } of files) {
    const size = pieces.reduce((sum, { length }) => sum + length, 0)
    parts.push(headerOf(`${folder}/${name}`, size), ...pieces)
    parts.push(new Uint8Array((block - (size % block)) % block))
  }
  parts.push(new Uint8Array(2 * block))
  return new Blob(parts, { type: 'application/x-tar' })
}

const headerOf = (name: string, size: number): Uint8Array<ArrayBuffer> => {
  const header = new Uint8Array(block)
  const write = (at: number, text: string) => header.set(new TextEncoder().encode(text), at)
  write(0, name)
  write(100, '0000600\0')
  write(108, '0000000\0')
  write(116, '0000000\0')
  write(124, `${octal(size, 11)}\0`)
  write(136, `${octal(0, 11)}\0`)
  write(148, '        ')
  write(156, '0')
  write(257, 'ustar\x0000')
  const sum = header.reduce((total, byte) => total + byte, 0)
  write(148, `${octal(sum, 6)}\0 `)
  return header
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
