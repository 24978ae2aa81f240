// Loaded before the program (`--import`): its clock goes ahead by so many days.
const aheadMs = Number(process.env.DAYS_AHEAD ?? 0) * 86_400_000
const { now } = Date
Date.now = () => now() + aheadMs
