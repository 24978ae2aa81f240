import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { OperationAnswer, OperationInput, OperationName } from '#edge/control/operations.ts'
import { findSocket } from '#edge/control/socket.ts'
import type { LedgerExportInput } from '#edge/control/streams.ts'
import { fromWire } from '#edge/control/wire.ts'
import type { BundlePiece } from '#ledger/bundle/bundle.ts'
import { Fault } from '#lib/fault.ts'
import { parseJson } from '#lib/json.ts'
import type { Composition } from './composition.ts'
import { piecesOver } from './pieces.ts'

/** What a command asks an installation by, wherever that is. */
export interface Control {
  /** True where a running installation answers; false where this command opened the folder. */
  readonly serving: boolean
  ask<N extends OperationName>(name: N, input: OperationInput<N>): Promise<OperationAnswer<N>>
  /** A bundle of a ledger, piece by piece. */
  exportLedger(input: LedgerExportInput): AsyncIterable<BundlePiece>
  close(): Promise<void>
}

/** Long enough for `apply`, which waits for servers to tell what they offer. */
const answerTimeoutMs = 60_000

/** The running installation of a data folder, or the folder itself where nothing runs. */
export const reach = async (
  data: string,
  about: { config: string | undefined; store: string | undefined },
  composition: () => Promise<Composition>,
): Promise<Control> => {
  if (about.store === undefined) checkFolder(data)
  const socket = findSocket(data)
  if (existsSync(socket) && (await answers(socket))) return overSocket(socket)
  if (about.store === undefined) checkStore(data)
  return await openFolder(data, about, composition)
}

/** The running installation, or Fault('not_running'). */
export const reachRunning = async (data: string): Promise<Control> => {
  checkFolder(data)
  const socket = findSocket(data)
  if (existsSync(socket) && (await answers(socket))) return overSocket(socket)
  throw notRunning(data)
}

export const notRunning = (data: string): Fault =>
  new Fault('not_running', {
    detail: `Nothing serves ${data}.`,
    fix: 'bailiwick start',
  })

export const defaultData = './bailiwick-data'

/** Only `start` makes a folder: a misspelt --data must not leave a new installation behind. */
const checkFolder = (data: string): void => {
  if (existsSync(join(data, 'store.db')) || existsSync(join(data, 'root.key'))) return
  throw new Fault('not_running', {
    detail: existsSync(data)
      ? `${data} is not the data folder of a Bailiwick.`
      : `There is no data folder ${data}.`,
    fix: 'bailiwick start, or name another folder with --data',
  })
}

/** A folder whose store is a database has the key and no store.db: none must come to lie beside it. */
const checkStore = (data: string): void => {
  if (existsSync(join(data, 'store.db'))) return
  throw new Fault('not_running', {
    detail: `Nothing serves ${data}, and its store is a database that was not named.`,
    fix: 'Name it with --store or in DATABASE_URL, or start it.',
  })
}

/** A socket file alone proves nothing: a process that was killed leaves it behind. */
const answers = async (socket: string): Promise<boolean> => {
  const { connect } = await import('node:net')
  return await new Promise((resolve, reject) => {
    const connection = connect(socket)
    connection.once('connect', () => {
      connection.destroy()
      resolve(true)
    })
    connection.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EACCES' && error.code !== 'EPERM') return resolve(false)
      reject(
        new Fault('not_running', {
          detail: `${socket} belongs to another user; only that user administers this installation.`,
          cause: error,
        }),
      )
    })
  })
}

const overSocket = (socket: string): Control => ({
  serving: true,
  async ask<N extends OperationName>(name: N, input: OperationInput<N>) {
    const { status, body } = await post(socket, `/v1/${name}`, JSON.stringify(input))
    const value: unknown = parse(body)
    const fault = fromWire(value)
    if (fault) throw fault
    if (status !== 200 || typeof value !== 'object' || value === null || !('answer' in value))
      throw new Fault('internal', {
        cause: new Error(`the control socket answered ${status} with something unknown`),
      })
    return value.answer as OperationAnswer<N>
  },
  exportLedger: (input) => piecesOver(socket, input),
  close: async () => {},
})

const parse = (text: string): unknown => {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

const post = (
  socketPath: string,
  path: string,
  body: string,
): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    // An import of node:http would load the whole of fetch as well: its WebSocket is among the names.
    const { request } = process.getBuiltinModule('node:http')
    const failed = (cause: Error) =>
      reject(
        new Fault('not_running', {
          detail: 'The running installation did not answer on its control socket.',
          cause,
        }),
      )
    const sent = request({
      socketPath,
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      timeout: answerTimeoutMs,
    })
    sent.once('timeout', () => sent.destroy(new Error('no answer in time')))
    sent.once('error', failed)
    sent.once('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', failed)
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      )
    })
    sent.end(body)
  })

const openFolder = async (
  data: string,
  { config, store }: { config: string | undefined; store: string | undefined },
  composition: () => Promise<Composition>,
): Promise<Control> => {
  const [{ openInstallation }, { perform }, { localActor }, { systemClock }] = await Promise.all([
    composition(),
    import('#edge/control/operations.ts'),
    import('#edge/control/serve.ts'),
    import('#lib/clock.ts'),
  ])
  const opened = await openInstallation({
    data,
    ...(config !== undefined && { config }),
    ...(store !== undefined && { store }),
  })
  const desk = {
    installation: opened.installation,
    by: localActor(),
    stop: undefined,
    clock: systemClock,
  }
  return {
    serving: false,
    async ask<N extends OperationName>(name: N, input: OperationInput<N>) {
      return (await perform(desk, name, input)) as OperationAnswer<N>
    },
    async *exportLedger(input) {
      const { ledgerExport } = await import('#edge/control/streams.ts')
      yield* await ledgerExport(desk, input)
    },
    close: () => opened.close(),
  }
}
