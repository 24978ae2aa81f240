import { enableCompileCache } from 'node:module'

// First of all: what is imported after this comes from the cache of an earlier start.
enableCompileCache()

const [{ run }, { systemIo }] = await Promise.all([import('#cli/program.ts'), import('#cli/io.ts')])
process.exitCode = await run(process.argv.slice(2), systemIo(), () => import('./compose.ts'))
// A connection to a store that stands still would hold the process for ever after its work is done.
setInterval(() => {
  if (process.stdout.writableLength === 0) process.exit()
}, 2000).unref()
