export const overview = {
  'overview.title': 'Overview',
  'overview.now': 'Now',
  'overview.traffic': 'Traffic',
  'overview.path': 'Call path',
  'overview.recorded': 'Arrived {arrived} = recorded {recorded}',
  'overview.recordedUnderWay':
    'Arrived {arrived} = recorded {recorded} and {underWay} under way, whose outcome follows',
  'overview.unrecorded':
    'Arrived {arrived}, recorded {recorded}: {lost} calls came while nothing could be recorded, and were let nowhere',
  'overview.gap':
    'Entry #{position} of {plane}: {refused, plural, one {# call} other {# calls}} turned away',
  'overview.last': 'Last call:',
  'overview.notYours': 'Calls are for those who watch over them',
  'overview.notYours.says': 'Your role sees what there is to call, and not what was called.',
  'overview.none': 'No calls in this time.',
  'overview.needs': 'Needs a person',
  'overview.needs.none': 'Nothing waits for a person. Alarms and requests come in a later version.',
  'overview.needs.held':
    '{count, plural, one {# changed definition is held} other {# changed definitions are held}} in {plane}',
  'overview.needs.unclassified':
    '{count, plural, one {# capability is} other {# capabilities are}} not classed in {plane}; no agent sees {count, plural, one {it} other {them}}',
  'overview.needs.conditions':
    '{count, plural, one {# condition is} other {# conditions are}} wrong by what servers offer, in {plane}',
  'overview.needs.server': '{server}: {health}',
  'overview.needs.ledger': 'The ledger of {plane} is {state}',
  'overview.top': 'Most calls',
  'overview.by': 'Counted by',
  'overview.by.capability': 'By capability',
  'overview.by.agent': 'By agent',
  'overview.by.consumer': 'By consumer',
  'overview.calls': 'Calls',
  'overview.denied': 'Denied',
  'overview.failed': 'Failed',
  'overview.outcomes': 'By outcome',
  'overview.changed': 'Changed today',
  'overview.changed.none': 'Nothing yet. The last change:',
  'overview.changed.says': '{count, plural, one {# revision} other {# revisions}} by {people}',
  'overview.revision': 'rev {revision, number}',
} as const
