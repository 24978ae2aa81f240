/**
 * How large a condition may be when it is written, and how much work it may be when it is
 * evaluated. What these come to in time is measured in docs/decisions/cel.md.
 */
export const bounds = {
  /** UTF-8 bytes of the whole text. */
  sourceBytes: 4096,
  /** Brackets inside brackets. */
  brackets: 32,
  /** Expressions inside expressions: a chain of + counts each. */
  depth: 64,
  /** Names, literals, operators and calls. */
  nodes: 500,
  /** Characters of one text in quotes. */
  textLength: 1024,
  /** Elements of one list, or entries of one map, that is written out. */
  elements: 256,
  /** exists, all, exists_one, filter and map: beside each other or in a chain; never inside each other. */
  loops: 8,
  /** Characters of a pattern for `matches`, and what it compiles to. */
  patternLength: 256,
  patternInstructions: 256,
  /**
   * Steps of one evaluation. One is about what it takes to look at one short value: to compare it,
   * or to take it out of a list.
   */
  steps: 100_000,
} as const
