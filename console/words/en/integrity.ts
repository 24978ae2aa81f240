export const integrity = {
  'integrity.title': 'Integrity',
} as const
