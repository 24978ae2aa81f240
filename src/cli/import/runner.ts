import { basename, isAbsolute } from 'node:path'
import { stringify } from 'yaml'

/** A program as a file told of it: text for a person to judge, which nothing here ever runs. */
export interface RunnerDraft {
  readonly name: string
  /** The operator has said by which runner of theirs it is started. */
  readonly isNamed: boolean
  readonly command: string
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly folder: string | undefined
}

/** What the operator's configuration file would have to say, for those that nobody has named yet. */
export const runnersSnippet = (runners: readonly RunnerDraft[]): string => {
  const all = runners.filter(({ isNamed }) => !isNamed)
  if (all.length === 0) return ''
  const entries = all.map((one) => [one.name, entryOf(one)] as const)
  return stringify({ runners: Object.fromEntries(entries) }, { lineWidth: 0 })
}

const entryOf = ({ command, folder, ...rest }: RunnerDraft) => ({
  command: isAbsolute(command)
    ? command
    : `/ABSOLUTE/PATH/OF/${basename(command.replaceAll('\\', '/'))}`,
  ...(rest.arguments.length > 0 && { arguments: rest.arguments }),
  ...(folder !== undefined && { folder }),
  ...(Object.keys(rest.environment).length > 0 && { environment: rest.environment }),
})
