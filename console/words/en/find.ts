export const find = {
  'find.title': 'Find a person',
  'find.says':
    'Which calls were about somebody. What you type stays in this page: what leaves it is a hash, made with the key of the plane. That you had the key and looked, when and why, is an entry of the ledger.',
  'find.argument': 'Argument',
  'find.argument.hint': 'Where it stands in calls.',
  'find.argument.none': 'Choose…',
  'find.text': 'What it was given as',
  'find.text.hint': 'Letter by letter, as agents give it.',
  'find.text.spaces': 'It begins or ends with a space, which is looked for too.',
  'find.text.long':
    'Longer than {most, number} characters: what is so long is never recorded, and nobody is found by it.',
  'find.reason.hint': 'It stands in the ledger.',
  'find.act': 'Find calls',
  'find.in': 'Looked through: {names}{more, plural, =0 {} one { and # more} other { and # more}}.',
  'find.not':
    'Not looked through, because no hash of that argument is recorded there: {names}{more, plural, =0 {} one { and # more} other { and # more}}.',
  'find.calls': 'Calls about this person',
  'find.more': 'The newest of them; there are more.',
  'find.none': 'No call is found',
  'find.none.body':
    'Not found are calls of subjects that were erased, calls from before the argument was recorded as personal, those that earlier versions recorded, and those of a text that is written otherwise.',
  'find.cut': 'Calls before {when} were not looked through: there are too many keys.',
  'find.cut.act': 'Look before that',
  'find.unrecorded':
    'Some calls before {when} were not recorded so that a person could be found in them.',
  'find.unrecorded.act': 'Search since {when}',
  'find.nothing': 'No argument is recorded as personal',
  'find.nothing.body':
    'Persons are found by arguments that a capability indexes as personal: `personal: true` where it is classified, in `index`.',
  'find.needs': 'Persons are found by those with the role privacy or soc.',
  'find.insecure':
    'This page makes hashes only over HTTPS or on the machine itself: the browser does not let it otherwise.',
} as const
