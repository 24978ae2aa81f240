import type { Families } from './families.ts'

/** What is read of the other parts whenever somebody asks: they count nothing for it. */
export interface State {
  planes(): Iterable<string>
  ledger(plane: string): LedgerState
  /** Resolves with what is known of the tree; a store that stands still keeps it waiting. */
  tree(plane: string): Promise<TreeState>
  servers(plane: string): Iterable<ServerState>
  installation(): InstallationState
}

export interface LedgerState {
  readonly waiting: number
  readonly state: (typeof ledgerStates)[number]
  readonly followers: readonly { readonly name: string; readonly behind: number }[]
}

export interface TreeState {
  readonly size: number
  readonly checkpoint: { readonly size: number; readonly at: number } | undefined
  readonly unpublished: string | undefined
}

export interface ServerState {
  readonly server: string
  readonly isUp: boolean
  readonly restarts: number | undefined
}

export interface InstallationState {
  readonly isReady: boolean
  readonly isReachable: boolean
  readonly revision: number
  readonly exchanges: number
  readonly parked: number
  readonly sessions: number
}

const ledgerStates = ['open', 'over budget', 'failing', 'refused'] as const

/** Brings all that is no counter to what stands now. */
export const readState = (families: Families, state: State): void => {
  const one = state.installation()
  families.ready.of().value = Number(one.isReady)
  families.reachable.of().value = Number(one.isReachable)
  families.revision.of().value = one.revision
  families.exchanges.of().value = one.exchanges
  families.parked.of().value = one.parked
  families.sessions.of().value = one.sessions
  for (const family of [
    ...[families.waiting, families.ledgerState, families.behind],
    ...[families.upstreamUp, families.upstreamRestarts],
  ])
    family.clear()
  for (const plane of state.planes()) {
    readLedger(families, plane, state.ledger(plane))
    for (const { server, isUp, restarts } of state.servers(plane)) {
      families.upstreamUp.of(plane, server).value = Number(isUp)
      if (restarts !== undefined) families.upstreamRestarts.of(plane, server).value = restarts
    }
  }
}

const readLedger = (families: Families, plane: string, ledger: LedgerState): void => {
  families.waiting.of(plane).value = ledger.waiting
  for (const one of ledgerStates)
    families.ledgerState.of(plane, one).value = Number(one === ledger.state)
  for (const { name, behind } of ledger.followers) families.behind.of(plane, name).value = behind
}

/** Of planes whose tree could not be read nothing is said, rather than what was true before. */
export const readTrees = async (families: Families, state: State, now: number): Promise<void> => {
  const { treeSize, unsigned, checkpointAge, unpublished } = families
  const planes = [...state.planes()]
  const trees = await Promise.allSettled(planes.map((plane) => state.tree(plane)))
  for (const family of [treeSize, unsigned, checkpointAge, unpublished]) family.clear()
  for (const [at, plane] of planes.entries()) {
    const tree = trees[at]
    if (tree?.status !== 'fulfilled') continue
    const { size, checkpoint } = tree.value
    treeSize.of(plane).value = size
    unsigned.of(plane).value = size - (checkpoint?.size ?? 0)
    if (checkpoint) checkpointAge.of(plane).value = Math.max(0, now - checkpoint.at) / 1000
    unpublished.of(plane).value = Number(tree.value.unpublished !== undefined)
  }
}
