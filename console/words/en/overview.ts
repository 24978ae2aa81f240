export const overview = {
  'overview.title': 'Overview',
  'overview.now': 'Now',
  'overview.traffic': 'Traffic',
} as const
