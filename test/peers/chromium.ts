import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

/** One page of a real browser without a screen, driven over its debugging protocol. */
export type Page = {
  open(address: string): Promise<void>
  /** Waits until this is true in the page, and answers what it says. */
  until<T>(expression: string): Promise<T>
  /** Where it is now. */
  address(): Promise<string>
  type(selector: string, text: string): Promise<void>
  click(selector: string): Promise<void>
  /** A picture of the page at that width. */
  shoot(file: string, width: number, scheme: 'light' | 'dark'): Promise<void>
  /** What the browser's console said of errors, those of its security policy among them. */
  readonly errors: readonly string[]
}

/** Debian's Chromium, with a profile of its own that goes with it. */
export async function startChromium() {
  const profile = await mkdtemp(join(tmpdir(), 'chromium-'))
  const child = spawn(
    'chromium',
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const gone = once(child, 'exit')
  const port = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const found = /DevTools listening on ws:\/\/[^:]+:(\d+)\//.exec(line)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.once('exit', (code) => reject(new Error(`chromium ended with ${code}`)))
  })
  return {
    async page(): Promise<Page> {
      const made = await fetch(`http://127.0.0.1:${port}/json/new?about:blank`, { method: 'PUT' })
      const { webSocketDebuggerUrl } = (await made.json()) as { webSocketDebuggerUrl: string }
      return openPage(webSocketDebuggerUrl)
    },
    async stop() {
      child.kill()
      await gone
      await rm(profile, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

async function openPage(url: string): Promise<Page> {
  const { send, errors } = await connect(url)
  for (const domain of ['Page', 'Runtime', 'Log']) await send(`${domain}.enable`)
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result } = await send('Runtime.evaluate', { expression, returnByValue: true })
    return (result as { value: T }).value
  }
  const until = async <T>(expression: string): Promise<T> => {
    for (let tries = 0; tries < 300; tries++) {
      const value = await evaluate<T>(expression).catch(() => undefined)
      if (value) return value
      await pause(100)
    }
    const [at, text] = [await evaluate('location.href'), await evaluate('document.body.innerText')]
    throw new Error(`never ${expression} at ${at}: ${text} ${errors.join('\n')}`)
  }
  const find = (selector: string) => `document.querySelector(${JSON.stringify(selector)})`
  return {
    errors,
    open: async (address) => void (await send('Page.navigate', { url: address })),
    until,
    address: () => evaluate('location.href'),
    async type(selector, text) {
      await until(`${find(selector)} !== null`)
      await evaluate(`${find(selector)}.focus()`)
      await send('Input.insertText', { text })
    },
    async click(selector) {
      await until(`${find(selector)} !== null`)
      await evaluate(`${find(selector)}.click()`)
    },
    async shoot(file, width, scheme) {
      const features = [{ name: 'prefers-color-scheme', value: scheme }]
      await send('Emulation.setEmulatedMedia', { features })
      const metrics = { width, height: 800, deviceScaleFactor: 1, mobile: width < 500 }
      await send('Emulation.setDeviceMetricsOverride', metrics)
      const { data } = await send('Page.captureScreenshot', { format: 'png' })
      await writeFile(file, Buffer.from(String(data), 'base64'))
    },
  }
}

async function connect(url: string) {
  const socket = new WebSocket(url)
  await once(socket, 'open')
  const waiting = new Map<number, (answer: Record<string, unknown>) => void>()
  const errors: string[] = []
  let last = 0
  socket.addEventListener('message', ({ data }) => {
    const { id, method, params, result = {} } = JSON.parse(String(data))
    if (id !== undefined) return waiting.get(id)?.(result)
    if (method === 'Log.entryAdded' && params.entry.level === 'error')
      errors.push(`${params.entry.text} ${params.entry.url ?? ''}`)
  })
  const send = (method: string, params: object = {}) =>
    new Promise<Record<string, unknown>>((resolve) => {
      const id = ++last
      waiting.set(id, resolve)
      socket.send(JSON.stringify({ id, method, params }))
    })
  return { send, errors }
}
