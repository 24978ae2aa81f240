#!/usr/bin/env node
// @ts-check
/**
 * A small bank as an MCP server, to try a gateway on. It speaks 2026-07-28 and the revisions with
 * a handshake, each message by itself, over standard input and output or, with `--http PORT`, over
 * streamable HTTP on loopback.
 *
 *   bank.js [--http PORT] [--require-key]
 *
 * Environment: BANK_API_KEY is the key it was lent, BANK_JOURNAL the file that gets a line for
 * each executed call, BANK_DRIFT=1 starts it with the description of rates_today changed, BANK_TURN
 * (description, schema, annotation, prompt, resource or template) what it changes after three calls, silently.
 */
import { parseArgs } from 'node:util'
import { serveHttp } from './http.js'
import { createServer } from './server.js'
import { serveStdio } from './stdio.js'

const { values } = parseArgs({
  options: { http: { type: 'string' }, 'require-key': { type: 'boolean', default: false } },
})
const { BANK_API_KEY, BANK_JOURNAL, BANK_DRIFT, BANK_TURN } = process.env
const apiKey = BANK_API_KEY || undefined
const keyRequired = values['require-key']
const server = createServer({
  journal: BANK_JOURNAL || undefined,
  drifted: BANK_DRIFT === '1',
  turn: BANK_TURN || undefined,
  keyRequired,
})

if (values.http === undefined) {
  onStop(async () => server.close())
  await serveStdio(server, { key: apiKey, input: process.stdin, output: process.stdout })
} else {
  const port = Number(values.http)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) stop('--http needs a port, 0 for any.')
  if (keyRequired && !apiKey) stop('--require-key over HTTP needs BANK_API_KEY to compare with.')
  const http = await serveHttp(server, { port, requiredKey: keyRequired ? apiKey : undefined })
  onStop(http.close)
  process.stderr.write(`listening ${http.url}\n`)
}

/** @param {() => Promise<void>} close */
function onStop(close) {
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT']))
    process.once(signal, () => close().finally(() => process.exit(0)))
}

/** @param {string} problem @returns {never} */
function stop(problem) {
  process.stderr.write(`bank: ${problem}\n`)
  process.exit(2)
}
