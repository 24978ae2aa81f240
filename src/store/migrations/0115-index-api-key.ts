/**
 * Calls are found by the API key that they came by: an index that was made without is made anew. Its
 * series and words stay, under the ids that other processes know; a data folder's is thrown away by
 * itself (`sqlite/index-file.ts`).
 */
export const indexApiKey = {
  number: 115,
  name: 'API keys in the index of calls',
  statements: [],
  postgres: [
    `truncate index_call, index_mark, index_marked, index_loose, index_open, index_hour, index_day,
      index_span`,
    `update follower set position = 0 where name = 'call index'`,
  ],
} as const
