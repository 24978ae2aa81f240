import { existsSync } from 'node:fs'

/** The real program as a child process, with a plane applied. */
export type Gateway = {
  readonly origin: string
  /** Its data folder. */
  readonly data: string
  /** A short-lived access token of that agent, `name` or `name@consumer`. */
  token(agent: string, resource?: string): Promise<string>
  /** One command of the terminal program, against this installation. */
  cli(args: string[], input?: string): Promise<{ code: number; stdout: string; stderr: string }>
  stop(): Promise<void>
  kill(): Promise<void>
}

export type GatewayOptions = {
  /** The plane as YAML, applied before this returns. */
  documents: string
  /** The operator's configuration. */
  config?: object
  /** Secrets by the name of their Credential. */
  secrets?: Record<string, string>
}

const program = new URL('./gateway.ts', import.meta.url)

/** False in a checkout without the program that starts a gateway: then governed tests are skipped. */
export const gatewayExists = existsSync(program)

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { startGateway: start } = await import(program.href)
  return start(options)
}
