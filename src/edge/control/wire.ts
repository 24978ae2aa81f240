import { Fault, type FaultCode, faults } from '#lib/fault.ts'

/** A fault as it crosses the control socket and as `--json` prints it. */
export interface WireFault {
  readonly error: {
    readonly code: FaultCode
    readonly message: string
    readonly detail?: string
    readonly fix?: string
  }
}

export const toWire = (fault: Fault): WireFault => ({
  error: {
    code: fault.code,
    message: fault.message,
    ...(fault.detail !== undefined && { detail: fault.detail }),
    ...(fault.fix !== undefined && { fix: fault.fix }),
  },
})

/** The fault that was sent; undefined where the bytes are none. */
export const fromWire = (value: unknown): Fault | undefined => {
  if (typeof value !== 'object' || value === null || !('error' in value)) return undefined
  const { error } = value
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  if (typeof error.code !== 'string' || !Object.hasOwn(faults, error.code)) return undefined
  const about = error as { code: FaultCode; detail?: string; fix?: string }
  return new Fault(about.code, {
    ...(about.detail !== undefined && { detail: about.detail }),
    ...(about.fix !== undefined && { fix: about.fix }),
  })
}
