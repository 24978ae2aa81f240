/** Who did it, as people say it: a person by the name alone; what acts by itself keeps its own. */
export const actorOf = (by: string): string => by.replace(/^person:/, '')
