export const integrity = {
  'integrity.title': 'Integrity',
  'integrity.of': 'Integrity of the ledger of {plane}',
  'integrity.entries': 'Entries',
  'integrity.checkpoints': 'Checkpoints',
  'integrity.gaps': 'Gaps',
  'integrity.range': 'Range found',
  'integrity.signedTo': 'Signed to',
  'integrity.unsigned': 'Nothing is signed yet',
  'integrity.waiting': 'Not signed yet',
  'integrity.unpublished': 'Not published',
  'integrity.refused': 'This ledger is not the one that was signed. No call is let through.',
  'integrity.todo':
    'What to do: keep the disk as it is. Take what is there, on both sides of the place, before anything is repaired:',
  'integrity.verify': 'Verify now',
  'integrity.verify.says':
    'The gateway looks at every entry, checkpoint and hash where they lie. Calls go first.',
  'integrity.needs': 'reading the whole plane',
  'integrity.progress': '{done, number} of {of, number} entries · {perSecond} per second',
  'integrity.verified': '{entries, number} of {of, number} entries match',
  'integrity.broken': '{count, plural, one {# thing is} other {# things are}} not as signed',
  'integrity.ofAll': '{count, number} of {of, number}',
  'integrity.keys': 'Keys',
  'integrity.keys.says':
    'Compare the newest with the one that you were given. Each key is vouched for by the one before it.',
  'integrity.key.now': 'signs since entry #{position}',
  'integrity.key.before': 'signed since entry #{position}',
  'integrity.keys.verify': 'Verify now',
  'integrity.one': 'Check one entry',
  'integrity.one.position': 'Number of the entry',
  'integrity.one.included':
    'Entry #{position, number} is included under a checkpoint of {size, number} entries, by {hashes, plural, one {# hash} other {# hashes}}',
  'integrity.one.steps': 'The proof',
  'integrity.kit': 'Offline kit',
  'integrity.kit.says':
    'That our server says our server is fine is no evidence. A bundle is verified without it, without a network and without the original place.',
  'integrity.kit.exports': 'Exports',
} as const
