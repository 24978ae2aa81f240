import type { Random } from '#lib/clock.ts'

/**
 * How long to wait before the next try, after `failures` of them in a row (1 and up): it doubles up
 * to `mostMs`, and its second half is chance, so that many who failed together do not return together.
 */
export function backoffMs(
  failures: number,
  { firstMs, mostMs }: { firstMs: number; mostMs: number },
  random: Random,
): number {
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30))
  const chance = random(4).readUInt32BE(0) / 2 ** 32
  return Math.round(whole / 2 + (whole / 2) * chance)
}
