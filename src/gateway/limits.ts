import type { Timeouts } from './outbound.ts'

export interface GatewayLimits extends Timeouts {
  readonly bodyBytes: number
  readonly bodyTimeoutMs: number
  readonly jsonDepth: number
  readonly jsonNodes: number
  readonly unauthenticatedPerSecond: number
  readonly concurrentExchanges: number
  readonly roundTimeoutMs: number
}
