import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Standing {
  /** From then on the disk is as it was. */
  end(): Promise<void>
}

/** From now on strace does this to the system calls of a process, `fsync:error=EIO`. */
export async function inject(pid: number, fault: string): Promise<Standing> {
  const [calls = ''] = fault.split(':')
  const args = ['-f', '-p', String(pid), '-o', '/dev/null', '-e', `trace=${calls}`]
  const stdio = ['ignore', 'ignore', 'pipe'] as const
  const strace = spawn('strace', [...args, '-e', `inject=${fault}`], { stdio: [...stdio] })
  const gone = once(strace, 'exit')
  // It says so once it has stopped every thread of the process.
  await once(strace.stderr as NonNullable<typeof strace.stderr>, 'data')
  return {
    async end() {
      strace.kill('SIGINT')
      await gone
    },
  }
}

/** Fills a file system to the last block. */
export function fill(folder: string): Standing {
  const ballast = join(folder, 'ballast')
  const { bavail, bsize } = statfsSync(folder)
  writeFileSync(ballast, Buffer.alloc(Number(bavail) * Number(bsize) - bsize * 4))
  for (let chunk = 16_384; chunk >= 1; chunk = Math.floor(chunk / 2))
    try {
      for (;;) writeFileSync(ballast, Buffer.alloc(chunk), { flag: 'a' })
    } catch {
      // Full for pieces of this size.
    }
  return { end: async () => rmSync(ballast) }
}
