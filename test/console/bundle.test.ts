import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { buildConsole } from '../../tools/console.ts'

const folder = buildConsole()
const read = (path: string) => readFileSync(`${folder}/${path}`)

test('the first load is under 250 KB of packed script', () => {
  const index = read('index.html').toString()
  const named = [...index.matchAll(/(?:src|href)="\/m\/([^"]+\.js)"/g)].map(([, path = '']) => path)
  assert.ok(named.length > 1, 'the document names its scripts')
  // A language and the largest page are asked for next.
  const others = globSync('assets/*.js', { cwd: folder }).filter((path) => !named.includes(path))
  const sizes = (paths: readonly string[]) => paths.map((path) => gzipSync(read(path)).length)
  const first = [...sizes(named), Math.max(...sizes(others))].reduce((sum, one) => sum + one, 0)
  assert.ok(first < 250_000, `${first} bytes`)
})

test('the document holds no script, no style and no address of another origin', () => {
  const index = read('index.html').toString()
  assert.doesNotMatch(index, /<style|<script>|<script type="module">|\son[a-z]+=|https?:/)
  assert.doesNotMatch(index, /style=/)
})
