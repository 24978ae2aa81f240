// @ts-check
import { randomUUID } from 'node:crypto'
import { legacyVersions } from './eras.js'
import { HttpRefusal } from './headers.js'
import { createReply } from './reply.js'

/**
 * What the older revisions keep between two requests.
 * @typedef {{ id: string, version: string, running: Map<import('./eras.js').Id, AbortController>, stream?: import('./reply.js').Reply }} Session
 *   `running` are the calls under way, `stream` the one that waits for notifications.
 */

const sessionLimit = 1000

export function createSessions() {
  /** @type {Map<string, Session>} */
  const sessions = new Map()

  return {
    /** A new session with an unguessable id; beyond the limit the oldest ends. @param {string} version */
    open(version) {
      const id = randomUUID()
      sessions.set(id, { id, version, running: new Map() })
      const oldest = sessions.values().next().value
      if (sessions.size > sessionLimit && oldest) this.end(oldest)
      return id
    },

    /** The session that a request names; refuses the request without one. @param {import('./headers.js').Request} request @returns {Session} */
    find({ headers }) {
      const id = headers['mcp-session-id']
      if (typeof id !== 'string') throw new HttpRefusal(400, 'Mcp-Session-Id is missing.')
      const session = sessions.get(id)
      if (!session) throw new HttpRefusal(404, 'That session is not known.')
      const version = headers['mcp-protocol-version']
      if (version !== undefined && !legacyVersions.includes(String(version)))
        throw new HttpRefusal(400, 'That MCP-Protocol-Version is not served.')
      return session
    },

    /** Makes this response the session's one stream. @param {Session} session @param {import('node:http').ServerResponse} response */
    attach(session, response) {
      session.stream?.end(200, undefined)
      const stream = createReply(response)
      session.stream = stream
      response.once('close', () => {
        if (session.stream === stream) delete session.stream
      })
      stream.open()
    },

    /** @param {import('./server.js').Notice} notice */
    tellAll(notice) {
      for (const { stream } of sessions.values()) stream?.send(notice)
    },

    /** @param {Session} session */
    end({ id, running, stream }) {
      for (const call of running.values()) call.abort()
      stream?.end(200, undefined)
      sessions.delete(id)
    },

    endStreams() {
      for (const { stream } of sessions.values()) stream?.end(200, undefined)
    },
  }
}
