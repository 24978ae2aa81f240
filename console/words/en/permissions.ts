export const permissions = {
  'permissions.title': 'Permissions',
  'permissions.matrix': 'Matrix',
  'permissions.grants': 'Grants',
  'permissions.limits': 'Limits',
  'permissions.tests': 'Tests',
} as const
