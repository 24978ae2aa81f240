/** What a tlog-proof says of itself (C2SP tlog-proof): how many hashes lead to a checkpoint of which size. */
export const readProof = (
  text: string,
): { readonly size: number; readonly hashes: number } | undefined => {
  const [head = '', checkpoint = ''] = text.split('\n\n')
  const lines = head.split('\n')
  const index = lines.findIndex((line) => line.startsWith('index '))
  const size = Number(checkpoint.split('\n')[1])
  if (index < 0 || !Number.isSafeInteger(size)) return undefined
  return { size, hashes: lines.slice(index + 1).filter((line) => line !== '').length }
}
