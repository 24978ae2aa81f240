export const ledger = {
  'ledger.title': 'Ledger',
  'ledger.entries': 'Entries',
  'ledger.exports': 'Exports',
} as const
