export const agents = {
  'agents.title': 'Agents',
  'agents.consumers': 'Consumers',
} as const
