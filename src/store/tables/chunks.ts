/** Rows of one statement: few statements for many rows, and far from either engine's bound on variables. */
const rowsAtOnce = 400

/** Statements of a whole chunk have one text, which an engine prepares once. */
export const inChunks = <Row>(rows: readonly Row[]): (readonly Row[])[] => {
  const chunks: (readonly Row[])[] = []
  for (let at = 0; at < rows.length; at += rowsAtOnce) chunks.push(rows.slice(at, at + rowsAtOnce))
  return chunks
}
