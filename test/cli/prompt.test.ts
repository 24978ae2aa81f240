import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { describe, test } from 'node:test'
import type { Io } from '#cli/io.ts'
import { askLine, askSecret, askYes, Interrupted } from '#cli/prompt.ts'

/** A keyboard and a screen: what is typed is echoed by the terminal itself, unless it is in raw mode. */
const createSeat = (isTTY = true) => {
  const keys = new PassThrough()
  let raw = false
  let screen = ''
  const stdin = Object.assign(keys, {
    isTTY,
    setRawMode(on: boolean) {
      raw = on
    },
  })
  const sheet = {
    isTTY,
    on: () => {},
    write(text: string | Uint8Array) {
      screen += Buffer.from(text as string).toString()
      return true
    },
  }
  const io: Io = {
    stdin,
    stdout: sheet,
    stderr: sheet,
    env: {},
    program: 'bailiwick',
    now: () => 0,
    onSignal: () => () => {},
  }
  return {
    io,
    press(text: string) {
      if (!raw) screen += text
      keys.write(text)
    },
    screen: () => screen,
    isRaw: () => raw,
  }
}

describe('A prompt for a secret', () => {
  const type = async (...presses: string[]) => {
    const seat = createSeat()
    const asked = askSecret(seat.io, 'Secret: ')
    for (const one of presses) seat.press(one)
    return { seat, secret: (await asked)?.toString() }
  }

  test('takes a line and shows nothing of it', async () => {
    const { seat, secret } = await type('hun', 'ter2\r')
    assert.equal(secret, 'hunter2')
    assert.equal(seat.screen(), 'Secret: \n')
    assert.equal(seat.isRaw(), false, 'the terminal was left without echo')
  })

  test('lets the last character be taken back, whole', async () => {
    assert.equal((await type('aü\u007F\u007Fb\r')).secret, 'b')
  })

  test('ends with Ctrl+C as an interruption, and gives the terminal back', async () => {
    const seat = createSeat()
    const asked = askSecret(seat.io, 'Secret: ')
    seat.press('hun\u0003')
    await assert.rejects(asked, Interrupted)
    assert.equal(seat.isRaw(), false)
  })

  test('is not asked where nobody sits', async () => {
    assert.equal(await askSecret(createSeat(false).io, 'Secret: '), undefined)
  })
})

describe('A question', () => {
  const answer = async (typed: string) => {
    const seat = createSeat()
    const asked = askYes(seat.io, 'Sure?')
    seat.press(typed)
    return await asked
  }
  test('is answered by y or yes alone', async () => {
    for (const yes of ['y\n', 'Y\n', 'yes\n']) assert.equal(await answer(yes), true, yes)
    for (const no of ['\n', 'n\n', 'yea\n', 'yes no\n']) assert.equal(await answer(no), false, no)
  })

  test('is not asked where nobody sits', async () => {
    assert.equal(await askYes(createSeat(false).io, 'Sure?'), undefined)
  })
})

describe('Several questions, one after the other,', () => {
  test('are answered by what is typed for each, however much comes at once', async () => {
    const seat = createSeat()
    seat.press('ayse\nhunter2\rhunt')
    assert.equal(await askLine(seat.io, 'Name: '), 'ayse')
    assert.equal((await askSecret(seat.io, 'Password: '))?.toString(), 'hunter2')
    const again = askSecret(seat.io, 'Again: ')
    seat.press('er2\r')
    assert.equal((await again)?.toString(), 'hunter2')
    assert.equal(seat.io.stdin.isPaused(), true, 'a stream that is read holds the process')
  })
})
