// Loaded into the gateway's process: SIGUSR2 makes it collect its garbage and say what is left, in bytes.
import { isMainThread } from 'node:worker_threads'

const collect = (globalThis as { gc?: () => void }).gc
if (isMainThread)
  process.on('SIGUSR2', () => {
    collect?.()
    const { heapUsed, external, rss } = process.memoryUsage()
    process.stderr.write(`${JSON.stringify({ memory: { kept: heapUsed + external, rss } })}\n`)
  })
