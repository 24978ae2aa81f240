export const drift = {
  'drift.title': 'Changed definitions',
} as const
