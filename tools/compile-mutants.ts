// tools/compile-mutants.ts: Stryker's build step, run in its copy of the checkout. A mutant starts the tests
// that reach it anew, and without compiled files stripping the types takes ten times as long as they do.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { sep } from 'node:path'

// Compiled files beside the sources would be taken for sources in the checkout itself.
if (!process.cwd().includes(`${sep}.stryker-tmp${sep}`)) {
  throw new Error('This is run by Stryker, in its copy of the checkout.')
}

const tsc = new URL('../../../node_modules/typescript/bin/tsc', import.meta.url)
const compiled = spawnSync(process.execPath, [tsc.pathname, '-p', 'tsconfig.mutants.json'], {
  stdio: 'inherit',
})
if (compiled.status !== 0) throw new Error('The mutants do not compile.')

// tsc renames the extension where files are named by a path, and leaves the crossings to package.json.
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  imports: Record<string, string>
}
for (const [crossing, path] of Object.entries(manifest.imports)) {
  manifest.imports[crossing] = path.replace(/\.ts$/, '.js')
}
writeFileSync('package.json', JSON.stringify(manifest))
