import { describeFlatMemory } from '../gateway/memory/flat.ts'

describeFlatMemory({ slowMb: 200, events: 1_000_000, sessions: 10_000 })
