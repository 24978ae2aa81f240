import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'
import { freePort } from './program.ts'

/**
 * A Redis of its own on a Unix socket, nothing kept beyond its folder; with `tcp` on a port as well,
 * always the same one.
 */
export const startRedis = async ({
  tcp = false,
  password,
}: {
  tcp?: boolean
  password?: string
} = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'bailiwick-redis-'))
  const socket = join(folder, 'redis.sock')
  const port = tcp ? await freePort() : 0
  let server: ChildProcess | undefined

  const start = async (): Promise<void> => {
    const listening = ['--port', String(port), '--bind', '127.0.0.1', '--unixsocket', socket]
    const secret = password === undefined ? [] : ['--requirepass', password]
    const words = [...listening, '--dir', folder, '--save', '', ...secret]
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
    ...(password === undefined ? {} : { password }),
    socket: { path: socket, reconnectStrategy: 20 },
    commandOptions: { timeout: 2000 },
    disableOfflineQueue: true,
  })
  redis.on('error', () => {})
  await redis.connect()
  return {
    redis,
    socket,
    url: `redis://127.0.0.1:${port}`,
    start,
    kill,
    async stop() {
      redis.destroy()
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
