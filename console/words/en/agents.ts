export const agents = {
  'agents.title': 'Agents',
  'agents.consumers': 'Consumers',
  'agents.suspend': 'Suspend…',
  'agents.resume': 'Resume…',
  'agents.suspend.title': 'Suspend {name}?',
  'agents.resume.title': 'Resume {name}?',
  'agents.suspended.by': 'Suspended by {by}',
  'agents.empty.title': 'No agents yet',
  'agents.empty.body':
    'An agent is a caller with its own identity, for one or several consumers. Apply a document of kind Agent with `bailiwick apply`.',
} as const
