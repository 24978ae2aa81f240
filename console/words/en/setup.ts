export const setup = {
  'setup.title': 'Set up Bailiwick',
  'setup.intro':
    'The first administrator governs every plane, and may read everything but what is recorded of calls.',
  'setup.code': 'Setup code',
  'setup.code.hint':
    '`bailiwick setup-code` prints one where it runs: good once, for half an hour.',
  'setup.name': 'Name',
  'setup.password': 'Passphrase',
  'setup.act': 'Make the administrator',
  'setup.wrong': '{detail} Run `bailiwick setup-code` where it runs for a new one.',
  'setup.over': 'This installation is set up. Sign in instead.',
} as const
