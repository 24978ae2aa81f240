export const setup = {
  'setup.title': 'Set up Bailiwick',
} as const
