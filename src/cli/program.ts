import { Command as Commander, CommanderError, Option } from 'commander'
import { Fault } from '#lib/fault.ts'
import { type CommandRow, catalog, groups, unbuilt } from './catalog.ts'
import { createOptions, type Options } from './command.ts'
import type { Composition } from './composition.ts'
import { type Control, defaultData, reach } from './control.ts'
import { printFailure } from './failure.ts'
import { printTopic, topics } from './help.ts'
import type { Io } from './io.ts'
import { Interrupted } from './prompt.ts'
import { storeAddress } from './store-address.ts'
import { createTerminal, type Manner, type Terminal } from './terminal.ts'
import { version } from './version.ts'

/**
 * One run of the terminal program: reads the arguments (without node and script), does what they say
 * and answers the exit code. Nothing is thrown.
 */
export const run = async (
  argv: readonly string[],
  io: Io,
  composition: () => Promise<Composition>,
): Promise<number> => {
  const asked = settle(argv)
  let terminal = createTerminal(io, plainManner(asked))
  let code = 0
  const program = build(io, async (row, args, values) => {
    terminal = createTerminal(io, mannerOf(values, row))
    code = await perform(row, args, values, { io, terminal, composition })
  })
  try {
    await program.parseAsync([...asked], { from: 'user' })
    return code
  } catch (thrown) {
    if (thrown instanceof CommanderError && /^commander\.(help|version)/.test(thrown.code))
      return thrown.exitCode === 0 ? 0 : 2
    if (thrown instanceof Interrupted) return 130
    return printFailure(terminal, thrown instanceof CommanderError ? usage(thrown) : thrown)
  }
}

const perform = async (
  row: CommandRow,
  args: readonly string[],
  values: Readonly<Record<string, unknown>>,
  hands: { io: Io; terminal: Terminal; composition: () => Promise<Composition> },
): Promise<number> => {
  const options = createOptions(values)
  const data = options.text('data') ?? defaultData
  let opened: Promise<Control> | undefined
  const control = () => {
    opened ??= open(options, data, hands)
    return opened
  }
  if (row.here && options.text('url') !== undefined)
    throw new Fault('usage', {
      detail: `"bailiwick ${row.name}" works on the machine itself, not over --url.`,
    })
  const command = await row.load()
  try {
    const fields = row.fields ?? []
    return await command.run({ args, options, data, fields, control, ...hands })
  } finally {
    await opened?.then(
      (one) => one.close(),
      () => {},
    )
  }
}

const open = async (
  options: Options,
  data: string,
  { io, composition }: { io: Io; composition: () => Promise<Composition> },
): Promise<Control> => {
  const url = options.text('url')
  if (url === undefined) {
    const about = { config: options.text('config'), store: storeAddress(options, io) }
    return reach(data, about, composition)
  }
  const [{ overApi }, { keptToken }] = await Promise.all([
    import('./remote.ts'),
    import('./kept.ts'),
  ])
  return overApi(url, keptToken(io, url.replace(/\/$/, '')))
}

type Act = (
  row: CommandRow,
  args: readonly string[],
  values: Readonly<Record<string, unknown>>,
) => Promise<void>

const build = (io: Io, act: Act): Commander => {
  const program = quiet(new Commander('bailiwick'), io)
    .description('A self-hosted gateway between AI agents and the MCP servers they call.')
    .version(version, '--version', 'print the version')
    .helpCommand(false)
    .addHelpText('before', examplesOf(['bailiwick start --sample', 'bailiwick calls']))
    .addHelpText('after', `\nMore: bailiwick help ${[...topics.keys()].join(' | ')}`)
  for (const [flags, says] of everywhere) program.addOption(new Option(flags, says))
  for (const row of catalog) addRow(program, row, io, act)
  for (const name of unbuilt) addUnbuilt(program, name, io)
  addHelp(program, io)
  return program
}

/** Known to every command, before or after its name. */
const everywhere: readonly (readonly [string, string])[] = [
  ['--data <folder>', `the data folder (default: ${defaultData})`],
  ['--url <origin>', 'an installation elsewhere, after `bailiwick login`'],
  ['--config <file>', "the operator's configuration file"],
  ['--store <url>', 'postgres://… instead of the data folder (default: DATABASE_URL)'],
  ['--json [fields]', 'print JSON: all fields, or those named as a,b'],
  ['--stream', 'with --json: a list as one JSON object a line'],
  ['--columns <names>', 'the columns of a table, as a,b'],
  ['--wide', 'cut nothing to the width of the terminal'],
  ['--quiet', 'no progress and no hints'],
  ['--color [when]', 'always, never or auto'],
  ['--ascii', 'plain characters instead of shapes'],
]

const addRow = (program: Commander, row: CommandRow, io: Io, act: Act): void => {
  const { parent, word } = placeOf(program, row.name, io)
  const command = quiet(parent.command(`${word} ${row.takes}`.trim()), io)
    .description(row.summary)
    .addHelpText('before', examplesOf(row.examples))
    .action(async (...given: unknown[]) => {
      const args = given
        .slice(0, -2)
        .flat()
        .filter((one) => typeof one === 'string')
      await act(row, args, command.optsWithGlobals())
    })
  for (const [flags, says, how] of row.options ?? []) {
    const option = new Option(flags, says)
    if (how === 'repeat')
      option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value])
    command.addOption(option)
  }
  if (row.plane) command.option('--plane <plane>', 'the plane, where there are several')
}

const addUnbuilt = (program: Commander, name: string, io: Io): void => {
  const { parent, word } = placeOf(program, name, io)
  quiet(parent.command(word, { hidden: true }), io)
    .allowUnknownOption()
    .allowExcessArguments()
    .helpOption(false)
    .action(() => {
      throw new Fault('usage', {
        detail: `"bailiwick ${name}" is not built in this version (${version}).`,
        fix: 'bailiwick --help lists what is',
      })
    })
}

const addHelp = (program: Commander, io: Io): void => {
  quiet(program.command('help [topic...]'), io)
    .description(`Help on a command, or on: ${[...topics.keys()].join(', ')}.`)
    .action((words: string[]) => {
      const topic = topics.get(words.join(' '))
      if (topic) return printTopic(io, topic)
      let command: Commander = program
      for (const word of words) {
        const found = command.commands.find((one) => one.name() === word)
        if (!found)
          throw new Fault('usage', {
            detail: `There is no command and no topic "${words.join(' ')}".`,
            fix: 'bailiwick --help',
          })
        command = found
      }
      command.outputHelp()
    })
}

/** The command that `cred set` hangs below: the group `cred`, made when it is first needed. */
const placeOf = (program: Commander, name: string, io: Io): { parent: Commander; word: string } => {
  const [first = '', second] = name.split(' ')
  if (second === undefined) return { parent: program, word: first }
  const found = program.commands.find((one) => one.name() === first)
  const group = found ?? quiet(program.command(first), io).description(groups[first] ?? '')
  const examples = catalog.filter((row) => row.name.startsWith(`${first} `)).slice(0, 2)
  if (!found)
    group
      .helpCommand(false)
      .addHelpText('before', examplesOf(examples.map((row) => row.examples[0])))
  return { parent: group, word: second }
}

/** Errors are ours to print; help is data. */
const quiet = (command: Commander, io: Io): Commander =>
  command
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      // Help that answers a command without its second word.
      writeErr: (text) => void io.stdout.write(text),
      outputError: () => {},
      getOutHelpWidth: () => Math.min(io.stdout.columns ?? 100, 100),
    })

const examplesOf = (examples: readonly string[]): string =>
  `${examples.map((one) => `  $ ${one}`).join('\n')}\n`

/** What commander says, without the value that was typed: it may be a secret in the wrong place. */
const usage = (error: CommanderError): Fault => {
  const detail = error.message
    .replace(/^error: /, '')
    .replace(/(unknown option '[^'=]*)=[^']*'/, "$1'")
    .replace(/(Expected \d+ arguments? but got \d+): .*$/s, '$1.')
    .replace(/^\w/, (letter) => letter.toUpperCase())
  return new Fault('usage', { detail, fix: 'bailiwick --help' })
}

/**
 * `--json` and `--color` take a value and may also stand alone, before an argument: what follows
 * `--json` is taken for fields only where every word of it is a field of the command.
 */
const settle = (argv: readonly string[]): string[] => {
  const known = new Set(catalog.flatMap((row) => (isCalled(row, argv) ? (row.fields ?? []) : [])))
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  return argv.map((word, at) => {
    const next = argv[at + 1] ?? ''
    if (at >= end) return word
    if (word === '--json' && !next.split(',').every((one) => known.has(one))) return '--json='
    if (word === '--color' && !['always', 'never', 'auto'].includes(next)) return '--color=always'
    return word
  })
}

const isCalled = (row: CommandRow, argv: readonly string[]): boolean =>
  row.name.split(' ').every((word) => argv.includes(word))

const list = (value: unknown): string[] | undefined =>
  typeof value === 'string' ? value.split(',').filter((one) => one !== '') : undefined

const mannerOf = (values: Readonly<Record<string, unknown>>, row: CommandRow): Manner => {
  const colour = values.color ?? 'auto'
  if (colour !== 'auto' && colour !== 'always' && colour !== 'never')
    throw new Fault('usage', { detail: '--color takes always, never or auto.' })
  const json = values.json === undefined ? undefined : (list(values.json) ?? [])
  for (const field of json ?? [])
    if (!row.fields?.includes(field))
      throw new Fault('usage', {
        detail: `There is no field "${field}". There is: ${row.fields?.join(', ') ?? 'none to choose'}.`,
      })
  return {
    json,
    stream: values.stream === true,
    quiet: values.quiet === true,
    ascii: values.ascii === true,
    wide: values.wide === true,
    columns: list(values.columns),
    colour,
    data: typeof values.data === 'string' ? values.data : undefined,
  }
}

/** For what goes wrong before the options are read. */
const plainManner = (argv: readonly string[]): Manner => ({
  json: argv.some((word) => word === '--json' || word.startsWith('--json=')) ? [] : undefined,
  stream: false,
  quiet: argv.includes('--quiet'),
  ascii: argv.includes('--ascii'),
  wide: false,
  columns: undefined,
  colour: 'auto',
  data: undefined,
})
