export const explain = {
  'explain.title': 'Explain',
} as const
