// @ts-check

const keepAliveMs = 15_000

/**
 * The answer to one HTTP request. It stays a plain JSON body unless something has to be told
 * before the result: the first `send` turns it into a stream of events.
 * @param {import('node:http').ServerResponse} response
 */
export function createReply(response) {
  /** @type {NodeJS.Timeout | undefined} */
  let keepAlive

  function open() {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    response.flushHeaders()
    keepAlive = setInterval(() => response.write(': still here\n\n'), keepAliveMs).unref()
    response.once('close', () => clearInterval(keepAlive))
  }

  /** @param {object} value */
  function event(value) {
    if (!response.writableEnded) response.write(`data: ${JSON.stringify(value)}\n\n`)
  }

  return {
    open,
    /** @param {import('./server.js').Notice} notice */
    send(notice) {
      if (!response.headersSent) open()
      event({ jsonrpc: '2.0', ...notice })
    },
    /** The last word; without a body just a status. @param {number} status @param {object | undefined} body */
    end(status, body) {
      if (response.headersSent) {
        if (body !== undefined) event(body)
        response.end()
      } else if (body === undefined) {
        response.writeHead(status).end()
      } else {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(body))
      }
    },
  }
}

/** @typedef {ReturnType<typeof createReply>} Reply */
