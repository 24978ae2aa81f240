import type { Io } from './io.ts'

/** What the exit codes say; part of the compatibility promise. */
export const exitCodes: readonly (readonly [number, string])[] = [
  [0, 'done; the answer is yes'],
  [1, 'unexpected failure (a bug: prints how to report it)'],
  [2, 'wrong usage'],
  [3, 'a check said no: a call was refused, "bailiwick can" denied, "policy test" failed'],
  [4, 'sign-in needed'],
  [5, 'you may not do this'],
  [6, 'not found'],
  [7, 'needs confirmation or a second person'],
  [8, 'cannot reach or bind (server down, port busy)'],
  [9, 'the capability was called and itself answered with an error'],
  [130, 'interrupted'],
]

const firstSteps = `
1  bailiwick start --sample          serves a sample plane on an empty data folder
2  bailiwick status                  planes, servers, and what agents can get of them
3  bailiwick can AGENT PLANE/SERVER/TOOL
                                     whether an agent may, and what would change it
4  bailiwick call PLANE/SERVER/TOOL --as AGENT
                                     a real call; a refusal says why, to you
5  bailiwick apply -f FILE           gives the grant that was missing
6  bailiwick calls                   both calls, and where each of them ended
7  bailiwick connect PLANE           the command that an MCP client's configuration names
`

const signs = `
●■○○○◉   one call: authenticate, permit, limit, credential, forward, record

● * passed      ■ # denied      ‖ = limited     ◆ + held for review
▲ ! failed      ○ . not reached ◉ @ recorded    ? ? outcome unknown

The second sign of each pair is that of --ascii.
`

export const topics: ReadonlyMap<string, string> = new Map([
  ['first-steps', firstSteps.trim()],
  [
    'exit-codes',
    [
      'CODE  MEANING',
      ...exitCodes.map(([code, says]) => `${String(code).padStart(4)}  ${says}`),
    ].join('\n'),
  ],
  ['signs', signs.trim()],
])

export const printTopic = (io: Io, topic: string): void => {
  io.stdout.write(`${topic}\n`)
}
