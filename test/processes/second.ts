import assert from 'node:assert/strict'

/**
 * "Within a second" on a machine that keeps up. Started before what is waited for; the pauses that
 * this process was not given the processor in, which those that it looks at were not given either, do
 * not count against them.
 */
export const startSecond = () => {
  const stepMs = 20
  let last = performance.now()
  let late = 0
  const timer = setInterval(() => {
    const now = performance.now()
    late = Math.max(late, now - last - stepMs)
    last = now
  }, stepMs)
  return {
    /** Durations, milliseconds. */
    check(took: readonly number[]): void {
      clearInterval(timer)
      // Several processes take part, and each may have waited as long as this one did.
      const most = 1000 + 4 * late
      const told = `${took.map(Math.round)} ms, and this process once waited ${Math.round(late)} ms`
      assert.ok(Math.max(...took) < most, `within a second: ${told}`)
    },
  }
}
