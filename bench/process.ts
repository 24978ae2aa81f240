import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A part of the bench in a process of its own: asked one thing at a time, gone when its parent is. */
export interface Part<Question, Hello> {
  readonly pid: number
  /** What it said when it was ready. */
  readonly hello: Hello
  /** Rejects when the part ends or says what went wrong. */
  ask<Answer>(question: Question): Promise<Answer>
  stop(): Promise<void>
}

type Said<Value> = { readonly value: Value } | { readonly error: string }

const running = new Set<ChildProcess>()

/** Whatever ends this process, nothing that it started stays. */
export const keep = (child: ChildProcess): void => {
  running.add(child)
  child.once('exit', () => running.delete(child))
}
export const killAll = (): void => {
  for (const child of running) child.kill('SIGKILL')
}
process.once('exit', killAll)

/** Starts `bench/{file}` and waits for its hello, at most `readyMs`. */
export const startPart = async <Question = undefined, Hello = undefined>(
  file: string,
  args: readonly string[] = [],
  readyMs = 90_000,
): Promise<Part<Question, Hello>> => {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = fork(path, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  keep(child)
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-4000)
  })
  const listen = <Value>(limitMs: number): Promise<Value> =>
    new Promise((resolve, reject) => {
      const end = (act: () => void) => {
        clearTimeout(timer)
        child.off('message', onMessage).off('exit', onExit)
        act()
      }
      const onMessage = (said: Said<Value>) =>
        end(() => ('error' in said ? reject(new Error(said.error)) : resolve(said.value)))
      const onExit = () => end(() => reject(new Error(`${file} ended: ${complaint.trim()}`)))
      const timer = setTimeout(
        () => end(() => reject(new Error(`${file} said nothing within ${limitMs / 1000} s`))),
        limitMs,
      )
      child.on('message', onMessage).on('exit', onExit)
    })
  const hello = await listen<Hello>(readyMs)
  return {
    pid: child.pid ?? 0,
    hello,
    async ask(question) {
      if (!child.connected) throw new Error(`${file} ended: ${complaint.trim()}`)
      child.send(question as object)
      return listen(60_000)
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** In a part: says hello, then answers each question; ends with its parent. */
export const serveParent = <Question, Answer>(
  hello: unknown,
  answer: (question: Question) => Answer | Promise<Answer>,
): void => {
  process.on('disconnect', () => process.exit())
  process.on('message', async (question: Question) => {
    try {
      process.send?.({ value: await answer(question) })
    } catch (thrown) {
      process.send?.({ error: thrown instanceof Error ? (thrown.stack ?? '') : String(thrown) })
    }
  })
  process.send?.({ value: hello })
}
