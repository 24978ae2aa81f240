import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'

/** A Redis of its own on a Unix socket: no port, nothing kept beyond its folder. */
export const startRedis = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bailiwick-redis-'))
  const socket = join(folder, 'redis.sock')
  let server: ChildProcess | undefined

  const start = async (): Promise<void> => {
    const words = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', '']
    const started = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'inherit'] })
    server = started
    await new Promise<void>((resolve, reject) => {
      started.once('error', reject)
      started.stdout.on('data', (text: Buffer) => {
        if (text.includes('ready to accept connections')) resolve()
      })
    })
  }
  const kill = async (): Promise<void> => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    server.kill('SIGKILL')
    await once(server, 'exit')
  }
  await start()
  const redis = createClient({
    socket: { path: socket, reconnectStrategy: 20 },
    commandOptions: { timeout: 2000 },
    disableOfflineQueue: true,
  })
  redis.on('error', () => {})
  await redis.connect()
  return {
    redis,
    socket,
    start,
    kill,
    async stop() {
      redis.destroy()
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
