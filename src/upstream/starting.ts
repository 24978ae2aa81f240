import { secretOf } from '#domain/lent.ts'
import type { Loan } from '#domain/loan.ts'
import { type PlaneId, planeId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import type { Ground } from './connection.ts'
import type { HealthKeeper } from './health.ts'
import { type Host, type Incarnation, incarnate } from './incarnation.ts'
import { planLaunch } from './isolation.ts'
import { environmentValue } from './lend.ts'
import type { StdioServer } from './stdio.ts'
import type { Runner } from './upstream.ts'

/** Starts processes of one server's runner, each with the secret that the vault holds by then. */
export function createStarter(parts: {
  document: StdioServer
  /** Undefined where the operator's configuration has none of that name. */
  runner: Runner | undefined
  ground: Ground
  host: Host
  health: HealthKeeper
  say: (what: string) => string
  onListChanged: () => void
}): () => Promise<Incarnation> {
  const { document, ground, host, health, say, onListChanged } = parts
  const { credential } = document
  const plane: PlaneId = planeId(document.plane)
  const about = { plane, server: document.name }

  function knownRunner(): Runner {
    if (parts.runner !== undefined) return parts.runner
    const { runner: name } = document.upstream
    const detail = `${document.name} needs the runner ${name}, which the operator's configuration does not have`
    throw new Fault('bad_configuration', { detail })
  }

  function lent(): Loan | undefined {
    if (credential === undefined) return undefined
    const loan = ground.loanFor(plane, document.name)
    if (loan === undefined) throw noCredential('which has no secret in the vault')
    return loan
  }

  function inEnvironment(loan: Loan | undefined): Record<string, string> {
    if (credential === undefined || loan === undefined) return {}
    const value = environmentValue(loan)
    if ('env' in credential && value !== undefined) return { [credential.env]: value }
    throw noCredential('whose secret cannot be opened or no variable can hold')
  }

  function noCredential(why: string): Fault {
    const what = `needs the credential ${secretOf(credential)}, ${why}`
    return new Fault('no_credential', { detail: say(what) })
  }

  return async () => {
    const loan = lent()
    const environment = inEnvironment(loan)
    const launch = await planLaunch(knownRunner(), environment, await host.fences(), host.hidden)
    health.about({ isolation: launch.isolation })
    return incarnate({ launch, loan, ground, host, about, say, onListChanged })
  }
}
