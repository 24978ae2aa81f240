// @ts-check

/** The bank says no for a reason of its own: the caller reads it in a tool result with `isError`. */
export class Refusal extends Error {}
