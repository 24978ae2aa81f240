import type { Sink } from '#upstream/upstream.ts'

/** For what is told to a server and needs no answer. */
export const unheard: Sink = { head() {}, message: () => true, end() {}, fail() {} }
