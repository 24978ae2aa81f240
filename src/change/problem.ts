import { Fault } from '#lib/fault.ts'
import type { Problem } from './change.ts'

/** What `apply` and `put` throw where documents have problems: all of them, and nothing was changed. */
export class BadDocuments extends Fault {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super('bad_documents', {
      detail: problems.map(problemLine).join('\n'),
      fix: 'correct what is listed and apply again',
    })
    this.name = 'BadDocuments'
    this.problems = problems
  }
}

/** `grants.yaml:12:5 Grant planner-reads: …`, as compilers write it and editors follow it. */
export const problemLine = ({ file, line, column, message }: Problem): string =>
  file === '' ? message : `${file}:${line}:${column} ${message}`
