import { describeFlatMemory } from './memory/flat.ts'

describeFlatMemory({ slowMb: 48, events: 20_000, sessions: 400 })
