import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Started } from '#cli/composition.ts'
import type { Method } from '#edge/manager/route.ts'
import { startInstallation } from '../../src/compose.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** What JSON said, of which a test knows the form; undefined where it was none. */
  json<T = Record<string, unknown>>(): T
}

export interface World {
  readonly started: Started
  readonly data: string
  readonly origin: string
  ask(
    method: Method | string,
    path: string,
    about?: {
      token?: string | undefined
      body?: unknown
      raw?: string | Buffer
      headers?: Record<string, string>
    },
  ): Promise<Answer>
  /** Makes an account and signs it in; answers the token. */
  signIn(name: string, about?: { administrator?: boolean }): Promise<string>
  apply(documents: readonly object[], set?: string): Promise<number>
  stop(): Promise<void>
}

export const password = 'correct horse battery'

/** A real installation in this process, on a port of its own, without servers behind it. */
export const startWorld = async (configuration: object = {}): Promise<World> => {
  const data = await mkdtemp(join(tmpdir(), 'bailiwick-'))
  const config = `${data}.config.json`
  await writeFile(config, JSON.stringify(configuration))
  const started = await startInstallation({
    data,
    config,
    listen: '127.0.0.1:0',
    sample: false,
    print: () => {},
  })
  const { origin } = started.installation
  const ask: World['ask'] = (method, path, about = {}) =>
    send(new URL(`${origin}/api/v1${path}`), method, about)
  return {
    started,
    data,
    origin,
    ask,
    async signIn(name, { administrator = false } = {}) {
      const { people } = started.installation
      await people.put({ name, title: undefined, administrator, password, by: 'test' })
      const { status, json, text } = await ask('POST', '/session', { body: { name, password } })
      if (status !== 201) throw new Error(`no session: ${text}`)
      return json<{ token: string }>().token
    },
    async apply(documents, set = 'test') {
      const text = documents
        .map((one) => JSON.stringify({ apiVersion: 'bailiwick/v1', ...one }))
        .join('\n---\n')
      const { revision } = await started.installation.change.apply({
        files: [{ name: 'test.yaml', text }],
        set,
        prune: false,
        dryRun: false,
        by: 'test',
        runners: new Set(),
      })
      return revision
    },
    async stop() {
      await started.stop()
      await rm(data, { recursive: true, force: true })
      await rm(config, { force: true })
    },
  }
}

export const send = (
  url: URL,
  method: string,
  about: {
    token?: string | undefined
    body?: unknown
    raw?: string | Buffer
    headers?: Record<string, string>
  },
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const body = about.raw ?? (about.body === undefined ? undefined : JSON.stringify(about.body))
    const sent = request(
      {
        hostname: url.hostname,
        port: url.port,
        path: `${url.pathname}${url.search}`,
        method,
        agent: false,
        headers: {
          ...(about.token !== undefined && { authorization: `Bearer ${about.token}` }),
          ...(body !== undefined && {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
          }),
          ...about.headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString()
          const isJson = /\/([a-z]+\+)?json/.test(String(response.headers['content-type']))
          const value = isJson && text !== '' ? JSON.parse(text) : undefined
          const json = <T>() => value as T
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json })
        })
      },
    )
    sent.once('error', reject)
    // node:http would write a text together with the headers, in UTF-8 both.
    sent.end(body === undefined ? undefined : Buffer.from(body))
  })
