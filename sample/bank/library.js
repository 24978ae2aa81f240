// @ts-check
import { branches } from './book.js'
import { Refusal } from './refusal.js'

/**
 * What the bank offers to read: prompts and resources. A lookup that finds nothing gives
 * undefined, so that each era can say it in its own error code.
 *
 * @param {import('./book.js').Book} book
 */
export function createLibrary(book) {
  const terms = 'Transfers are booked at once and are final. An account closes only when empty.'
  const pages = new Map([
    ['bank://branches', json(branches)],
    ['bank://terms', { mimeType: 'text/plain', text: terms }],
  ])

  return {
    resources: [
      {
        uri: 'bank://branches',
        name: 'branches',
        title: 'Branches',
        mimeType: 'application/json',
      },
      { uri: 'bank://terms', name: 'terms', title: 'Terms of business', mimeType: 'text/plain' },
    ],
    templates: [
      {
        uriTemplate: 'bank://accounts/{id}/statement',
        name: 'statement',
        title: 'Account statement',
        description: 'All entries of one account.',
        mimeType: 'application/json',
      },
    ],
    prompts: [
      {
        name: 'account_review',
        title: 'Review an account',
        description: 'Asks for a short review of one account, with its statement attached.',
        arguments: [{ name: 'account', description: 'As acc-1001.', required: true }],
      },
      {
        name: 'payment_letter',
        title: 'Write a payment letter',
        description: 'Asks for a courteous letter that announces a payment.',
        arguments: [
          { name: 'payee', description: 'Who is paid.', required: true },
          { name: 'amount', description: 'How much, as 12.50 EUR.', required: true },
        ],
      },
    ],

    /** @param {string} uri */
    read(uri) {
      const page = pages.get(uri) ?? statementPage(uri)
      return page && { contents: [{ uri, ...page }] }
    },

    /** @param {string} name @param {Record<string, unknown>} args */
    prompt(name, args) {
      if (name === 'account_review') return accountReview(String(args.account))
      if (name !== 'payment_letter') return undefined
      const text = `Write a short, courteous letter to ${args.payee} that announces a payment of ${args.amount}.`
      return { messages: [{ role: 'user', content: { type: 'text', text } }] }
    },

    /** Accounts that begin with what was typed. @param {unknown} name the argument @param {string} typed */
    complete(name, typed) {
      const ids = name === 'account' || name === 'id' ? book.list().map(({ id }) => id) : []
      const values = ids.filter((id) => id.startsWith(typed))
      return { completion: { values, total: values.length, hasMore: false } }
    },
  }

  /** @param {string} uri */
  function statementPage(uri) {
    const id = /^bank:\/\/accounts\/([^/]+)\/statement$/.exec(uri)?.[1]
    if (id === undefined || !book.list().some((account) => account.id === id)) return undefined
    return json(book.statement(id, 500))
  }

  /** @param {string} account */
  function accountReview(account) {
    const uri = `bank://accounts/${account}/statement`
    const page = statementPage(uri)
    if (!page) throw new Refusal(`There is no account ${account}.`)
    const text = `Review account ${account}: what stands out in its statement?`
    return {
      messages: [
        { role: 'user', content: { type: 'text', text } },
        { role: 'user', content: { type: 'resource', resource: { uri, ...page } } },
      ],
    }
  }
}

/** @param {unknown} value */
const json = (value) => ({ mimeType: 'application/json', text: JSON.stringify(value, null, 2) })

/** @typedef {ReturnType<typeof createLibrary>} Library */
