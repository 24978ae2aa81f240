import type { LogFields } from '#lib/log.ts'
import type { Ground } from './connection.ts'
import type { HealthKeeper } from './health.ts'
import type { Host, Incarnation } from './incarnation.ts'
import { keepRunning, type Lifetime } from './lifetime.ts'
import { failSoon } from './locally.ts'
import type { OwnLine } from './own-lines.ts'
import { createParking } from './parked.ts'
import { createStarter } from './starting.ts'
import type { StdioServer } from './stdio.ts'
import type { Questions } from './stdio-probe.ts'
import type { Exchange, Outbound, Runner, Sink } from './upstream.ts'

/** A runner's process, those that take its place, and the requests that wait for one. */
export interface ProcessLine extends OwnLine {
  readonly life: Lifetime
}

export function createProcessLine(parts: {
  document: StdioServer
  /** Undefined where the operator's configuration has none of that name. */
  runner: Runner | undefined
  ground: Ground
  host: Host
  health: HealthKeeper
  about: LogFields & { readonly plane: Parameters<Ground['loanFor']>[0] }
  say: (what: string) => string
  /** What the first process is asked, where it is known what it speaks. */
  questions?: Questions | undefined
  /** Its lists may be others now. */
  onNews: () => void
}): ProcessLine {
  const { document, ground, health, about, say, onNews } = parts
  const { clock, limits } = ground
  const parking = createParking({ clock, say, most: limits.waiting })
  const life = keepRunning({
    ...{ ground, about, say, health, questions: parts.questions },
    start: createStarter({ ...parts, onListChanged: onNews }),
    onUp(one, isNews) {
      parking.release(one.send)
      if (isNews) onNews()
    },
    onDown: () => parking.fail('upstream_unreachable', say('has no process')),
  })

  function send(message: Outbound, sink: Sink): Exchange {
    const { running } = life
    if (running !== undefined && isCurrent(running, message)) return running.send(message, sink)
    if (health.current.state !== 'down') return parking.add(message, sink)
    return failSoon(sink, 'upstream_unreachable', health.current.detail)
  }

  /** Another version of the secret than the process holds was lent to this call: a new process, first. */
  function isCurrent(one: Incarnation, { loan }: Outbound): boolean {
    if (loan === undefined || loan.version === one.version) return true
    if (ground.loanFor(about.plane, document.name)?.version === one.version) return true
    life.renew()
    return false
  }

  return {
    life,
    get underWay() {
      return (life.running?.underWay ?? 0) + parking.size
    },
    send,
    async close() {
      parking.fail('upstream_unreachable', say('is being stopped'))
      await life.close()
    },
  }
}
