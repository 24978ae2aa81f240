import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

const listening = '0A'

/**
 * The process that listens on a TCP port, as Linux tells it in /proc; undefined elsewhere, and where
 * it belongs to another user.
 */
export const findPortOwner = (port: number): { pid: number; name: string } | undefined => {
  try {
    const inodes = new Set(['tcp', 'tcp6'].flatMap((table) => listenersOf(table, port)))
    if (inodes.size === 0) return undefined
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      if (holdsSocket(pid, inodes)) return { pid: Number(pid), name: nameOf(pid) }
  } catch {
    // No /proc: no answer.
  }
  return undefined
}

/** The program's name as it was started; node calls its main thread otherwise. */
const nameOf = (pid: string): string =>
  basename(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '') || 'unknown'

/** proc(5): local address and port in hexadecimal, state, …, inode. */
const listenersOf = (table: string, port: number): string[] => {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  try {
    return readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === listening)
      .flatMap((fields) => fields[9] ?? [])
  } catch {
    return []
  }
}

const holdsSocket = (pid: string, inodes: ReadonlySet<string>): boolean => {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]
      return inode !== undefined && inodes.has(inode)
    })
  } catch {
    return false
  }
}
