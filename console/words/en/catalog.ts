export const catalog = {
  'catalog.title': 'Catalog',
  'catalog.items': 'Items',
  'catalog.capabilities': 'Capabilities',
} as const
