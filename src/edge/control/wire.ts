import { Fault, type FaultCode, faults } from '#lib/fault.ts'

/** A fault as it crosses the control socket. */
export interface WireFault {
  readonly error: {
    readonly code: FaultCode
    readonly message: string
    readonly detail?: string
    readonly fix?: string
    /** What is wrong with documents, one by one, with file and line. */
    readonly problems?: unknown
  }
}

export const toWire = (fault: Fault): WireFault => ({
  error: {
    code: fault.code,
    message: fault.message,
    ...(fault.detail !== undefined && { detail: fault.detail }),
    ...(fault.fix !== undefined && { fix: fault.fix }),
    ...('problems' in fault && { problems: fault.problems }),
  },
})

/** The fault that was sent; undefined where the value is none. */
export const fromWire = (value: unknown): Fault | undefined => {
  if (typeof value !== 'object' || value === null || !('error' in value)) return undefined
  const { error } = value
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  if (typeof error.code !== 'string' || !Object.hasOwn(faults, error.code)) return undefined
  const about = error as WireFault['error']
  const fault = new Fault(about.code, {
    ...(about.detail !== undefined && { detail: about.detail }),
    ...(about.fix !== undefined && { fix: about.fix }),
  })
  return about.problems === undefined ? fault : Object.assign(fault, { problems: about.problems })
}
