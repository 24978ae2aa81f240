import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { bringPackage } from '../tools/debian.ts'
import { keep } from './process.ts'

export interface Nginx {
  readonly pid: number
  readonly port: number
  readonly version: string
  stop(): Promise<void>
}

/** Plain proxying as an operator would set it up: kept connections on both sides, no log, no checks. */
const configuration = (folder: string, port: number, upstream: number): string => `
worker_processes 1;
daemon off;
pid ${folder}/pid;
error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_timeout 600s;
  keepalive_requests 100000000;
  upstream behind {
    server 127.0.0.1:${upstream};
    keepalive 128;
    keepalive_requests 100000000;
    keepalive_timeout 600s;
  }
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location / {
      proxy_pass http://behind;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`

const path = { PATH: `${process.env.PATH ?? ''}:/usr/sbin` }

/** Starts it, installed by apt where it is missing. Rejects with what could not be had. */
export const startNginx = async (upstream: number): Promise<Nginx> => {
  const missing = bringPackage('nginx')
  if (missing) throw new Error(`${missing.name}: ${missing.text}`)
  const folder = await mkdtemp(join(tmpdir(), 'bailiwick-bench-nginx-'))
  await mkdir(join(folder, 'logs'))
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  await writeFile(file, configuration(folder, port, upstream))
  const child = spawn('nginx', ['-p', folder, '-c', file, '-e', 'stderr'], {
    env: path,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  keep(child)
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000)
  })
  child.on('error', (error) => {
    said += error.message
  })
  try {
    await listening(child, port, () => said)
  } catch (thrown) {
    await end(child, folder)
    throw thrown
  }
  const { stderr } = spawnSync('nginx', ['-v'], { env: path, encoding: 'utf8' })
  return {
    pid: child.pid ?? 0,
    port,
    version: /nginx\/(\S+)/.exec(stderr)?.[1] ?? 'unknown',
    stop: () => end(child, folder),
  }
}

const end = async (child: ChildProcess, folder: string): Promise<void> => {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
  }
  await rm(folder, { recursive: true, force: true })
}

const listening = async (child: ChildProcess, port: number, said: () => string): Promise<void> => {
  for (let tries = 0; tries < 100 && child.exitCode === null; tries++) {
    if (await accepts(port)) return
    await pause(50)
  }
  throw new Error(`nginx does not listen: ${said().trim()}`)
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
