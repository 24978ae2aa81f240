import { enableCompileCache } from 'node:module'

// First of all: what is imported after this comes from the cache of an earlier start.
enableCompileCache()

const [{ run }, { systemIo }] = await Promise.all([import('#cli/program.ts'), import('#cli/io.ts')])
process.exitCode = await run(process.argv.slice(2), systemIo(), () => import('./compose.ts'))
