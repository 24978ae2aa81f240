import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashSecret, matchesSecret } from './argon2.ts'

test('a secret matches its own hash and no other', async () => {
  const hash = await hashSecret('correct horse', Buffer.alloc(16, 3))
  assert.match(hash, /^\$argon2id\$v=19\$m=7168,t=5,p=1\$[^$=]{22}\$[^$=]{43}$/)
  assert(await matchesSecret('correct horse', hash))
  assert(!(await matchesSecret('correct horsf', hash)))
  assert(!(await matchesSecret('', hash)))
  assert(!(await matchesSecret(hash, hash)))
})

test('a hash of the reference implementation (its src/test.c) matches', async () => {
  const hash =
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
  assert(await matchesSecret('password', hash))
  assert(!(await matchesSecret('passwore', hash)))
})

test('what is no PHC string of ours matches nothing', async () => {
  const hash = await hashSecret('secret', Buffer.alloc(16, 3))
  const others = [
    '',
    'secret',
    hash.replace('argon2id', 'argon2i'),
    hash.replace('v=19', 'v=16'),
    hash.replace('m=7168', 'm=99999999'),
    `${hash}=`,
    `${hash}\n`,
    ` ${hash}`,
  ]
  for (const other of others) assert(!(await matchesSecret('secret', other)), other)
})
