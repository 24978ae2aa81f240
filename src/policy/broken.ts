import type { Broken } from './policy-test.ts'

/** `planner@workplace-ai may call bank/transfer_create (grant all)`. */
export const tellBroken = ({ client, server, name, outcome, because }: Broken): string =>
  `${client} ${words[outcome]} ${server}/${name} (${because})`

const words = {
  permitted: 'may call',
  denied: 'is denied',
  hidden: 'does not find',
  held: 'is held at',
  depends: 'is, as its arguments may be, permitted or denied',
} as const satisfies Record<Broken['outcome'], string>
