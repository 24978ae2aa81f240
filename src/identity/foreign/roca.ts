/**
 * Whether an RSA modulus has the fingerprint of keys that Infineon's library made (CVE-2017-15361,
 * Nemec et al., "The Return of Coppersmith's Attack", §3.2): modulo each of these primes it is a
 * power of 65537. Of other keys one in 2¹⁵⁰ or so has it.
 */
export const isRoca = (modulus: bigint): boolean =>
  fingerprints.every(([prime, powers]) => powers.has(modulus % prime))

const primes = [
  3n,
  5n,
  7n,
  11n,
  13n,
  17n,
  19n,
  23n,
  29n,
  31n,
  37n,
  41n,
  43n,
  47n,
  53n,
  59n,
  61n,
  67n,
  71n,
  73n,
  79n,
  83n,
  89n,
  97n,
  101n,
  103n,
  107n,
  109n,
  113n,
  127n,
  131n,
  137n,
  139n,
  149n,
  151n,
  157n,
  163n,
  167n,
]

const fingerprints = primes.map((prime): readonly [bigint, ReadonlySet<bigint>] => {
  const powers = new Set<bigint>()
  for (let power = 1n; !powers.has(power); power = (power * 65_537n) % prime) powers.add(power)
  return [prime, powers]
})
