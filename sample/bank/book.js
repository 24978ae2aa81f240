// @ts-check
import { Refusal } from './refusal.js'

/**
 * The bank's book, held in memory and the same at every start. All amounts are whole cents of
 * the account's currency: binary fractions lose money. Every function either does all of what it
 * says or throws a `Refusal` and changes nothing.
 *
 * @typedef {{ id: string, name: string, born: string, address: string, email: string, phone: string, taxNumber: string }} Customer
 * @typedef {{ id: string, owner: string, kind: 'current' | 'savings', branch: string, currency: string, balanceCents: number, status: 'open' | 'closed' }} Account
 * @typedef {{ account: string, date: string, text: string, amountCents: number, balanceCents: number, transfer?: string }} Entry
 * @typedef {{ transfer: string, from: string, to: string, amountCents: number, currency: string, fromBalanceCents: number }} Transfer
 */

export const branches = [
  { id: 'harbour', name: 'Harbour Branch', city: 'Hamburg' },
  { id: 'market', name: 'Market Square Branch', city: 'Leipzig' },
  { id: 'station', name: 'Station Branch', city: 'Zürich' },
]

/** @type {Customer[]} */
const customers = [
  {
    id: 'cus-1',
    name: 'Ada Okafor',
    born: '1984-03-12',
    address: 'Elbchaussee 4, 22765 Hamburg',
    email: 'ada.okafor@example.com',
    phone: '+49 40 5550 0101',
    taxNumber: '22/815/08155',
  },
  {
    id: 'cus-2',
    name: 'Bruno Meissner',
    born: '1971-11-02',
    address: 'Nikolaistraße 18, 04109 Leipzig',
    email: 'bruno.meissner@example.com',
    phone: '+49 341 5550 0102',
    taxNumber: '31/402/55120',
  },
  {
    id: 'cus-3',
    name: 'Chiara Rossi',
    born: '1992-07-29',
    address: 'Lagerstrasse 33, 8004 Zürich',
    email: 'chiara.rossi@example.com',
    phone: '+41 44 555 01 03',
    taxNumber: '756.5550.0103.09',
  },
]

/** Account, owner, kind, branch, currency, and the booked entries that make up its balance. */
/** @type {[string, string, Account['kind'], string, string, [string, string, number][]][]} */
const opening = [
  [
    'acc-1001',
    'cus-1',
    'current',
    'harbour',
    'EUR',
    [
      ['2026-10-30', 'Salary', 412_500],
      ['2026-11-02', 'Rent', -128_000],
      ['2026-11-09', 'Groceries', -8_640],
    ],
  ],
  ['acc-1002', 'cus-1', 'savings', 'harbour', 'EUR', [['2026-01-02', 'Opening', 2_500_000]]],
  [
    'acc-1003',
    'cus-2',
    'current',
    'market',
    'EUR',
    [
      ['2026-10-30', 'Pension', 198_200],
      ['2026-11-04', 'Electricity', -7_415],
    ],
  ],
  ['acc-1004', 'cus-2', 'savings', 'market', 'EUR', []],
  [
    'acc-1005',
    'cus-3',
    'current',
    'station',
    'CHF',
    [
      ['2026-10-25', 'Salary', 730_000],
      ['2026-11-01', 'Health insurance', -41_280],
    ],
  ],
]

/** @param {() => string} today the booking date of new entries, as YYYY-MM-DD */
export function createBook(today) {
  /** @type {Map<string, Account>} */
  const accounts = new Map()
  /** @type {Entry[]} */
  const entries = []
  let transfers = 0

  for (const [id, owner, kind, branch, currency, booked] of opening) {
    accounts.set(id, { id, owner, kind, branch, currency, balanceCents: 0, status: 'open' })
    for (const [date, text, amountCents] of booked) enter(getAccount(id), date, text, amountCents)
  }

  /** @param {string} id */
  function getAccount(id) {
    const account = accounts.get(id)
    if (!account) throw new Refusal(`There is no account ${id}. accounts_list names them all.`)
    return account
  }

  /** @param {string} id */
  function getOpenAccount(id) {
    const account = getAccount(id)
    if (account.status === 'closed') throw new Refusal(`Account ${id} is closed.`)
    return account
  }

  /** @param {string} id */
  function getCustomer(id) {
    const customer = customers.find((known) => known.id === id)
    if (!customer)
      throw new Refusal(`There is no customer ${id}. accounts_list names every account's owner.`)
    return customer
  }

  /**
   * @param {Account} account @param {string} date @param {string} text
   * @param {number} amountCents @param {string} [transfer]
   */
  function enter(account, date, text, amountCents, transfer) {
    account.balanceCents += amountCents
    const { id, balanceCents } = account
    entries.push({
      account: id,
      date,
      text,
      amountCents,
      balanceCents,
      ...(transfer && { transfer }),
    })
  }

  /** @param {{ from: string, to: string, amountCents: number, purpose?: string }} order @returns {Transfer} */
  function transfer({ from, to, amountCents, purpose = 'Transfer' }) {
    const [payer, payee] = [getOpenAccount(from), getOpenAccount(to)]
    if (payer === payee) throw new Refusal('An account cannot pay itself.')
    if (payer.currency !== payee.currency) {
      const pair = `${from} holds ${payer.currency} and ${to} holds ${payee.currency}`
      throw new Refusal(`${pair}; transfers stay within one currency.`)
    }
    if (payer.balanceCents < amountCents) {
      const short = `${from} holds ${payer.balanceCents} cents, ${amountCents} were asked for`
      throw new Refusal(`Insufficient funds: ${short}.`)
    }
    const id = `tr-${String(++transfers).padStart(5, '0')}`
    enter(payer, today(), `${purpose} (to ${to})`, -amountCents, id)
    enter(payee, today(), `${purpose} (from ${from})`, amountCents, id)
    const { currency, balanceCents: fromBalanceCents } = payer
    return { transfer: id, from, to, amountCents, currency, fromBalanceCents }
  }

  /** @param {string} id */
  function close(id) {
    const account = getOpenAccount(id)
    if (account.balanceCents !== 0) {
      const left = `${id} still holds ${account.balanceCents} cents`
      throw new Refusal(`Only an empty account can be closed: ${left}; transfer them first.`)
    }
    account.status = 'closed'
    return { ...account }
  }

  return {
    /** @param {string} [owner] a customer's id; without it, everybody's */
    list: (owner) => [...accounts.values()].filter((account) => !owner || account.owner === owner),
    getAccount,
    getCustomer,
    /** The newest entries last. @param {string} id @param {number} limit */
    statement(id, limit) {
      const { currency, balanceCents } = getAccount(id)
      const booked = entries.filter((entry) => entry.account === id)
      return { account: id, currency, balanceCents, entries: booked.slice(-limit) }
    },
    /** @param {string} branch */
    totals(branch) {
      const held = [...accounts.values()].filter((account) => account.branch === branch)
      /** @type {Record<string, number>} */
      const totals = {}
      for (const { currency, balanceCents } of held)
        totals[currency] = (totals[currency] ?? 0) + balanceCents
      return { accounts: held.length, totalsCents: totals }
    },
    transfer,
    close,
  }
}

/** @typedef {ReturnType<typeof createBook>} Book */
