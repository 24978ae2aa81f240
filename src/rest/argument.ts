/** What a caller may be told of an argument that is not what its operation declares. Nothing of its value is in it. */
export interface ArgumentProblem {
  /** Its place and its name there, as `query limit`; or `body`. */
  readonly where: string
  readonly message: string
}
