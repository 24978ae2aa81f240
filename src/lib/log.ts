/**
 * The operator's log: one JSON object a line. Only typed fields of the call are written, never a
 * value that a stranger sent, never a secret: what may be logged is chosen at the call, by name.
 */
export interface Log {
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export const createLog = (write: (line: string) => void, now: () => number): Log => {
  const line = (level: string) => (event: string, fields?: LogFields) =>
    write(`${JSON.stringify({ at: new Date(now()).toISOString(), level, event, ...fields })}\n`)
  return { info: line('info'), warn: line('warn'), error: line('error') }
}

export const silentLog: Log = { info() {}, warn() {}, error() {} }
