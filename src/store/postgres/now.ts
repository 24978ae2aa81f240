/** The database's clock as everything here tells time: UTC milliseconds. The moment it is asked, not that of the transaction. */
export const nowMs = '(extract(epoch from clock_timestamp()) * 1000)::bigint'
