import { asFault } from '#lib/fault.ts'
import type { Sink } from './upstream.ts'

const codes = [
  'upstream_unreachable',
  'upstream_timeout',
  'upstream_broken',
  'upstream_too_large',
  'upstream_refused',
  'no_credential',
] as const

/** Of what was thrown, as a sink hears it. */
export const failCodeOf = (thrown: unknown): Parameters<Sink['fail']>[0] => {
  const { code } = asFault(thrown)
  return codes.find((one) => one === code) ?? 'upstream_broken'
}
