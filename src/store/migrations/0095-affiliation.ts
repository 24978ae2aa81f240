/** People whom an organisation vouches for, and what it said of them at their last sign-in, by plane. */
export const affiliation = {
  number: 95,
  name: 'affiliation',
  statements: [
    `alter table person add column issuer text`,
    `create table affiliation (
      person text not null,
      plane text not null,
      issuer text not null,
      said text not null,
      at bigint not null,
      primary key (person, plane)
    )`,
  ],
} as const
