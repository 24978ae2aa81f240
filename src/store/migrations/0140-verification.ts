/** What the last look at the whole ledger of a plane found, whichever process looked. */
export const verification = {
  number: 140,
  name: 'verification',
  statements: [
    `create table verification (
      plane text primary key,
      found text not null
    )`,
  ],
} as const
