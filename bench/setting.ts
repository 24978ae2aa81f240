/** What one measurement asks for: so many closed-loop callers, answers of so many bytes. */
export interface Setting {
  readonly callers: number
  /** Of the answer's body, roughly. */
  readonly bytes: number
  readonly tool: 'small' | 'large'
}

export const settings: readonly Setting[] = [
  { callers: 64, bytes: 300, tool: 'small' },
  { callers: 8, bytes: 300, tool: 'small' },
  { callers: 64, bytes: 20_000, tool: 'large' },
  { callers: 8, bytes: 20_000, tool: 'large' },
]

export const nameOf = ({ callers, bytes }: Setting): string =>
  `${callers} callers, ${bytes < 1000 ? `${bytes} B` : `${bytes / 1000} KB`}`

/** How long everything takes. The whole run ends within `wholeMs`, and then says what is missing. */
export interface Pace {
  /** As many as fit before `roundsEndMs`. */
  readonly rounds: number
  readonly roundsEndMs: number
  readonly windowMs: number
  /** Before a row counts: so many calls, or as many as it makes in this time. */
  readonly warmUpCalls: number
  readonly warmUpMs: number
  readonly starts: number
  readonly idleMs: number
  readonly neighbourMs: number
  readonly ledgerSeconds: number
  /** The Ledger's screen at so many calls. */
  readonly screens: readonly number[]
  /** Rounds of windows of so many calls, with telemetry and without. */
  readonly telemetry: readonly [rounds: number, calls: number]
  readonly wholeMs: number
}

export const fullPace: Pace = {
  rounds: 5,
  roundsEndMs: 520_000,
  windowMs: 1500,
  warmUpCalls: 30_000,
  warmUpMs: 10_000,
  starts: 5,
  idleMs: 5000,
  neighbourMs: 3000,
  ledgerSeconds: 2,
  screens: [100_000, 1_000_000],
  telemetry: [5, 3000],
  wholeMs: 1_200_000,
}

export const quickPace: Pace = {
  rounds: 2,
  roundsEndMs: 75_000,
  windowMs: 150,
  warmUpCalls: 2000,
  warmUpMs: 700,
  starts: 1,
  idleMs: 1000,
  neighbourMs: 800,
  ledgerSeconds: 0.3,
  screens: [2000, 20_000],
  telemetry: [1, 500],
  wholeMs: 180_000,
}
