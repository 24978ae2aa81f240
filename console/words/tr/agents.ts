import type { agents as english } from '../en/agents.ts'

export const agents: Record<keyof typeof english, string> = {
  'agents.title': 'Ajanlar',
  'agents.consumers': 'Tüketiciler',
}
