// Takes minutes.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runClientScenario } from './client-suite.ts'
import type { Requirements } from './suite.ts'

/** What of the suite is about tools, headers, retries, request state and schemas. */
const scenarios: Readonly<Record<Requirements, readonly string[]>> = {
  '2026-07-28': [
    'tools_call',
    'request-metadata',
    'sep-2322-client-request-state',
    'http-standard-headers',
    'http-custom-headers',
    'http-invalid-tool-headers',
    'json-schema-ref-no-deref',
    'json-schema-2020-12-preservation',
  ],
  '2025-11-25': [
    'initialize',
    'tools_call',
    'sse-retry',
    'elicitation-sep1034-client-defaults',
    'json-schema-2020-12-preservation',
  ],
}

/**
 * The gateway asks each server for both eras, because agents of both come to it, and so sends an
 * `initialize`, which has no envelope (2025-11-25, basic/lifecycle). This scenario takes whatever comes
 * for a request of 2026-07-28 (basic/versioning §Backward Compatibility lets a client try the other era).
 */
const unsound: Readonly<Record<string, readonly string[]>> = {
  'request-metadata': [
    'sep-2575-client-populates-meta FAILURE',
    'sep-2575-client-retry-supported-version WARNING',
    'sep-2575-client-sends-client-info WARNING',
    'sep-2575-http-client-sends-version-header FAILURE',
  ],
}

for (const requirements of ['2026-07-28', '2025-11-25'] as const)
  describe(`As a client of ${requirements} the gateway passes`, { concurrency: 2 }, () => {
    for (const scenario of scenarios[requirements])
      test(scenario, async () => {
        const { checks, output } = await runClientScenario(scenario, requirements)
        const isSound = (one: string) => / (SUCCESS|SKIPPED)$/.test(one)
        const found = checks.filter((one) => !isSound(one))
        assert.deepEqual(found, unsound[scenario] ?? [], output)
        assert.notEqual(checks.filter(isSound).length, 0, output)
      })
  })
