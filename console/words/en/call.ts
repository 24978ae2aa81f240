export const call = {
  'call.title': 'Call',
} as const
