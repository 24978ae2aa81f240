import { createClient } from 'redis'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { RedisCommands } from './redis.ts'

/**
 * A connection to the Redis that counts. What is asked while it is away fails at once.
 * Fault('bad_configuration') where it cannot be reached at the start.
 */
export const connectRedis = async ({
  url,
  password,
  timeoutMs,
  log,
}: {
  url: string
  password: string | undefined
  timeoutMs: number
  log: Log
}): Promise<{ redis: RedisCommands; close(): Promise<void> }> => {
  const client = createClient({
    url,
    ...(password === undefined ? {} : { password }),
    socket: { connectTimeout: timeoutMs, reconnectStrategy: 200 },
    commandOptions: { timeout: timeoutMs },
    disableOfflineQueue: true,
  })
  let isAway = false
  let last: unknown
  client.on('error', (error: unknown) => {
    last = error
    if (!isAway) log.error('quota.redis_away', {})
    isAway = true
  })
  client.on('ready', () => {
    if (isAway) log.info('quota.redis_back', {})
    isAway = false
  })
  try {
    // PING as well: a Redis that wants a password lets in whoever brings none, and answers nothing.
    await within(
      client.connect().then(() => client.ping()),
      timeoutMs * 2,
    )
  } catch (cause) {
    client.destroy()
    if (/WRONGPASS|NOAUTH/.test(`${cause} ${last}`)) {
      throw new Fault('bad_configuration', {
        detail: 'the Redis of quotas.redis refuses the password',
        fix: 'Set REDIS_PASSWORD to the one that it wants; a user name stands in the address.',
        cause,
      })
    }
    throw new Fault('bad_configuration', {
      detail: 'the Redis of quotas.redis cannot be reached',
      fix: 'Start it, or take quotas.redis out of the configuration: PostgreSQL counts then.',
      cause,
    })
  }
  return { redis: client, close: async () => client.destroy() }
}

const within = async (work: Promise<unknown>, ms: number): Promise<void> => {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('no answer in time')), ms)
  try {
    await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
