export const setup = {
  'setup.title': 'Set up Bailiwick',
  'setup.intro':
    'The first administrator governs every plane, and may read everything but what is recorded of calls.',
  'setup.code': 'Setup code',
  'setup.code.hint':
    '`bailiwick setup-code` prints one where it runs: good once, for half an hour.',
  'setup.name': 'Name',
  'setup.password': 'Password',
  'setup.password.hint': 'At least 12 characters; several words are easier to keep than signs.',
  'setup.act': 'Make the administrator',
  'setup.wrong': '{detail} Run `bailiwick setup-code` where it runs for a new one.',
  'setup.clock.ahead':
    'The gateway’s clock is {minutes, plural, one {# minute} other {# minutes}} ahead of this computer’s.',
  'setup.clock.behind':
    'The gateway’s clock is {minutes, plural, one {# minute} other {# minutes}} behind this computer’s.',
  'setup.clock.fix':
    'Set the one that is wrong. Where the gateway’s is, it refuses tokens of other issuers and sign-ins by organisations, and its ledger has wrong times.',
  'setup.over': 'This installation is set up. Sign in instead.',
  'setup.step.done': 'done',
  'setup.step.now': 'now',
  'setup.step.later': 'later',
  'setup.first': 'First call',
  'setup.step.administrator': 'Make the first administrator',
  'setup.step.server': 'Bring a server',
  'setup.step.call': 'Make a call',
  'setup.step.grant': 'Grant what it may read',
  'setup.step.again': 'Make the call again',
  'setup.step.open': 'Look at the call',
  'setup.sample': 'Try the sample servers',
  'setup.sample.how':
    'They are brought at a start: stop Bailiwick, and run `bailiwick start --sample` on an empty data folder. No running installation can be made to start programs from a browser.',
  'setup.own': 'Register my own',
  'setup.own.body':
    'Its tools are classified when it is registered; one that only reads can be called here then.',
  'setup.own.act': 'Register a server',
  'setup.plane': 'Plane',
  'setup.plane.hint':
    'Servers, agents and grants stand in a plane. Small letters, digits and hyphens.',
  'setup.plane.act': 'Make the plane',
  'setup.offer':
    '{server} in {plane}: {count, plural, one {# tool} other {# tools}} that only read.',
  'setup.offer.act': 'Use {server}',
  'setup.agent': 'Makes the first call',
  'setup.consumer': 'First call',
  'setup.gone': 'This server offers no tool that only reads any more. Look at it in the catalog.',
  'setup.command':
    'Run this where Bailiwick runs. {agent} is an agent of yours to which nothing is granted.',
  'setup.waiting': 'Waiting for the first call.',
  'setup.waiting.again': 'Granted. Run the same command again; waiting for the call.',
  'setup.denied':
    'First call arrived. Denied: {agent} has no grant for {tool}. Nothing is allowed until you allow it.',
  'setup.permitted': 'The call went all the way, and is recorded.',
  'setup.grant.body':
    '{agent} may then call {tools}. Tools that touch personal data, and what the server brings later, are not among them.',
  'setup.grant.reason': 'The first call, granted at setup',
  'setup.grant.act': 'Grant {count, plural, one {# read tool} other {# read tools}}',
  'setup.open': 'Open {call}',
} as const
