import type { agents as english } from '../en/agents.ts'

export const agents: Record<keyof typeof english, string> = {
  'agents.title': 'Ajanlar',
  'agents.consumers': 'Tüketiciler',
  'agents.suspend': 'Askıya al…',
  'agents.resume': 'Sürdür…',
  'agents.suspend.title': '{name} askıya alınsın mı?',
  'agents.resume.title': '{name} sürdürülsün mü?',
  'agents.suspended.by': '{by} tarafından askıya alındı',
  'agents.empty.title': 'Henüz ajan yok',
  'agents.empty.body':
    'Ajan, bir ya da birkaç tüketici adına çağrı yapan, kendi kimliği olan taraftır. `bailiwick apply` ile Agent türünde bir belge uygulayın.',
}
