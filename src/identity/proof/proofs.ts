import type { PlaneId } from '#domain/name.ts'
import type { TakeOnce } from '../once.ts'
import { type Proof, type ProofProblem, type Proved, readProof } from './dpop.ts'
import type { Nonces } from './nonces.ts'

export interface Proofs {
  /**
   * The key that a request proves by the DPoP proof sent with it, or why it proves none. A proof
   * counts once, over all processes. `bound` is the key that it has to be, where that is known: only
   * for the holder of a key is anything written.
   */
  check(
    plane: PlaneId,
    sent: Proved & { readonly proof: string | undefined; readonly bound?: string },
    nowMs: number,
  ): Promise<{ readonly thumbprint: string } | ProofProblem>
  /** What the next proof has to hold. */
  nonce(nowMs: number): string
}

/** Between the clock that a proof is judged by and the one that what was taken is forgotten by. */
const graceMs = 60_000

export const createProofs = ({ once, nonces }: { once: TakeOnce; nonces: Nonces }): Proofs => {
  const problemOf = (
    { thumbprint, nonce }: Proof,
    bound: string | undefined,
    nowMs: number,
  ): ProofProblem | undefined => {
    if (bound !== undefined && bound !== thumbprint) return 'proof by another key'
    if (nonce === undefined) return 'proof without nonce'
    return nonces.isFresh(nonce, nowMs) ? undefined : 'proof with an old nonce'
  }

  return {
    async check(plane, { proof: text, bound, ...of }, nowMs) {
      if (text === undefined) return 'no proof'
      const proof = readProof(text, of, nowMs)
      if (typeof proof === 'string') return proof
      const problem = problemOf(proof, bound, nowMs)
      if (problem !== undefined) return problem
      const { thumbprint, id, endsAt } = proof
      const isFirst = await once(plane, 'dpop', `${thumbprint} ${id}`, endsAt + graceMs)
      return isFirst ? { thumbprint } : 'proof used before'
    },
    nonce: nonces.current,
  }
}
