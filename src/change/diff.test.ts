import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { unifiedDiff } from './diff.ts'

const diff = (before: string, after: string) =>
  unifiedDiff({ name: 'a', text: before }, { name: 'b', text: after })

test('equal texts of one name have no diff', () => {
  assert.equal(unifiedDiff({ name: 'a', text: 'x\n' }, { name: 'a', text: 'x\n' }), '')
})

test('changed lines stand among three lines of context, and far changes in hunks of their own', () => {
  const before = Array.from({ length: 20 }, (_, i) => `l${i}\n`)
  const after = before.with(2, 'new\n').with(16, 'n\n')
  assert.equal(
    diff(before.join(''), after.join('')),
    [
      '--- a',
      '+++ b',
      '@@ -1,6 +1,6 @@',
      ' l0',
      ' l1',
      '-l2',
      '+new',
      ' l3',
      ' l4',
      ' l5',
      '@@ -14,7 +14,7 @@',
      ' l13',
      ' l14',
      ' l15',
      '-l16',
      '+n',
      ' l17',
      ' l18',
      ' l19',
      '',
    ].join('\n'),
  )
})

test('a text out of nothing is all new', () => {
  assert.equal(diff('', 'x\ny\n'), '--- a\n+++ b\n@@ -0,0 +1,2 @@\n+x\n+y\n')
  assert.equal(diff('x\n', ''), '--- a\n+++ b\n@@ -1 +0,0 @@\n-x\n')
})

/** As `patch` applies it, and as strict as it. */
function patched(text: string, diffText: string): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
  const out: string[] = []
  let at = 0
  for (const line of diffText.split('\n').slice(2, -1)) {
    const hunk = /^@@ -(\d+)(?:,(\d+))? /.exec(line)
    if (hunk) {
      const start = Number(hunk[1]) - (hunk[2] === '0' ? 0 : 1)
      while (at < start) out.push(lines[at++] ?? '')
    } else if (line.startsWith('+')) out.push(line.slice(1))
    else {
      assert.equal(lines[at], line.slice(1))
      if (line.startsWith(' ')) out.push(line.slice(1))
      at++
    }
  }
  return [...out, ...lines.slice(at)].map((line) => `${line}\n`).join('')
}

test('a diff applied to the text before gives the text after', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 40 })
  const text = lines.map((all) => all.map((line) => `${line}\n`).join(''))
  fc.assert(
    fc.property(text, text, (before, after) => {
      assert.equal(patched(before, diff(before, after)), after)
    }),
  )
})
