import { performance } from 'node:perf_hooks'
import type { Families } from './families.ts'

export const readProcess = (families: Families): void => {
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed } = process.memoryUsage()
  const { active, utilization } = performance.eventLoopUtilization()
  families.cpu.of().value = (user + system) / 1e6
  families.memory.of().value = rss
  families.heap.of().value = heapUsed
  families.started.of().value = performance.timeOrigin / 1000
  families.loop.of().value = utilization
  families.busy.of().value = active / 1000
}
