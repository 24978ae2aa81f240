export const settings = {
  'settings.title': 'Settings',
  'settings.planes': 'Planes',
  'settings.people': 'People and roles',
  'settings.identity': 'Identity',
  'settings.dataClasses': 'Data classes',
  'settings.retention': 'Retention',
  'settings.sinks': 'Sinks',
  'settings.notifications': 'Notifications',
  'settings.about': 'About',
} as const
