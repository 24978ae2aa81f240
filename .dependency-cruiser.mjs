// The layers of ARCHITECTURE.md. Each comment speaks to whoever has just broken the rule.
//
//   lib → domain, mcp, rest → store → change → capabilities → bridge → gateway → manager → edge/*, cli → compose.ts, main.ts
//
// A file may import from its own layer's folder and from the layers before it.

const layers = [
  ['lib'],
  ['domain'],
  ['mcp', 'rest'],
  ['store'],
  ['change'],
  [
    ...['people', 'identity', 'registry', 'policy', 'quota', 'vault', 'ledger', 'upstream'],
    ...['telemetry', 'alarm', 'portal', 'analytics'],
  ],
  ['bridge'],
  ['gateway'],
  ['manager'],
  ['edge'],
]
const capabilities = layers[5].join('|')
const inFolders = (folders) => `^src/(${folders.join('|')})/`
// Tests lie beside what they test and may import what they like, and so may test/, bench/ and sample/.
const isTest = '\\.test\\.ts$'

const notUpwards = layers.slice(0, -1).map((folders, index) => ({
  name: `${index === 5 ? 'capabilities' : folders[0]}-not-upwards`,
  severity: 'error',
  comment:
    'A lower layer knows nothing of a higher one. Take what you need as an argument of your factory ' +
    '(compose.ts hands it over), or move the noun that both speak of down into domain/.',
  from: { path: inFolders(folders), pathNot: isTest },
  to: { path: inFolders(layers.slice(index + 1).flat()) },
}))

const connecting = '^(undici|(node:)?(http|https|http2|net|tls|dgram))$|(^|/)node_modules/undici/'

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...notUpwards,
    {
      name: 'capabilities-are-strangers',
      severity: 'error',
      comment:
        "A capability never imports another one. Say in your own file what you need of it (a small interface), and let compose.ts hand over the other's view; " +
        'to change something that another capability owns, issue a command through change/.',
      from: { path: `^src/(${capabilities})/`, pathNot: isTest },
      to: { path: `^src/(${capabilities})/`, pathNot: '^src/$1/' },
    },
    {
      name: 'the-verifier-stands-alone',
      severity: 'error',
      comment:
        'An auditor may lift src/ledger/verify out and read it: it imports its own files, lib/ and what Node.js brings, and nothing of what writes a ledger.',
      from: { path: '^src/ledger/verify/', pathNot: isTest },
      to: { pathNot: ['^src/ledger/verify/', '^src/lib/', '^(node:)?[a-z_]+$'] },
    },
    {
      name: 'edges-are-strangers',
      severity: 'error',
      comment:
        'Everything that listens is one edge, and no edge imports another. What two of them share belongs into gateway/ (if it is about calls), manager/ (if it is about governing) or lib/ (if it knows nothing of this product).',
      from: { path: '^src/edge/([^/]+)/', pathNot: isTest },
      to: { path: '^src/edge/[^/]+/', pathNot: '^src/edge/$1/' },
    },
    {
      name: 'cli-through-the-control-socket',
      severity: 'error',
      comment:
        'The terminal knows one edge, edge/control, whose socket it speaks through; the others are reached over HTTP like everybody reaches them. (The types of the routes it calls may be imported.)',
      from: { path: '^src/cli/', pathNot: isTest },
      to: {
        path: '^src/edge/',
        pathNot: '^src/edge/control/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'cli-is-on-top',
      severity: 'error',
      comment: 'Only main.ts, compose.ts and tests may know of cli/.',
      from: { path: '^src/', pathNot: ['^src/(cli/|main\\.ts$|compose\\.ts$)', isTest] },
      to: { path: '^src/cli/' },
    },
    {
      name: 'only-main-composes',
      severity: 'error',
      comment:
        'compose.ts constructs everything and is imported by main.ts and by the command that starts an installation. What you want from it comes in as an argument.',
      from: { path: '^src/', pathNot: ['^src/(main\\.ts$|cli/)', isTest] },
      to: { path: '^src/(compose|main)\\.ts$' },
    },
    {
      name: 'main-is-the-end',
      severity: 'error',
      comment:
        'main.ts turns argv into a command and nothing else; nobody but the published bin/ imports it.',
      from: { pathNot: '^bin/' },
      to: { path: '^src/main\\.ts$' },
    },
    {
      name: 'only-compose-reads-config',
      severity: 'error',
      comment:
        "The operator's configuration is read by compose.ts alone. Take the one value that you need, under a name that says its unit, as an argument.",
      from: { path: '^src/', pathNot: ['^src/compose\\.ts$', isTest] },
      to: { path: '^src/config\\.ts$' },
    },
    {
      name: 'only-the-engine-opens-databases',
      severity: 'error',
      comment:
        'Only store/sqlite (and store/postgres) import a database driver: a second engine has to be able to take their place. Use the contract in store/store.ts.',
      from: { path: '^src/', pathNot: ['^src/store/(sqlite|postgres)/', isTest] },
      to: { path: '^((node:)?sqlite|pg|better-sqlite3)$|(^|/)node_modules/(pg|better-sqlite3)/' },
    },
    {
      name: 'only-the-store-builds-sql',
      severity: 'error',
      comment:
        'SQL is written in store/ (tables/ above all), so that a table has one place. Add the question that you want to ask to the table file.',
      from: { path: '^src/', pathNot: ['^src/store/', isTest] },
      to: { path: '^kysely$|(^|/)node_modules/kysely/' },
    },
    {
      name: 'only-egress-connects',
      severity: 'error',
      comment:
        'In gateway/, registry/, telemetry/ and vault/ only lib/egress connects outward, because it alone refuses addresses that nobody allowed. Types of these modules may be imported; the modules may not.',
      from: { path: '^src/(gateway|registry|vault|telemetry)/', pathNot: isTest },
      to: { path: connecting, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-sdk',
      severity: 'error',
      comment:
        'No MCP SDK is on the way of a call, nor anywhere else in the product: one costs ten times what a relayed call does, and reads messages that we pass on byte for byte. The protocol is mcp/; tests may use an SDK, to be what peers are.',
      from: { path: '^src/', pathNot: isTest },
      to: { path: '(^|/)node_modules/@modelcontextprotocol/|^@modelcontextprotocol/' },
    },
    {
      name: 'lib-and-the-protocols-stand-alone',
      severity: 'error',
      comment:
        'lib/, mcp/ and rest/ know nothing of this product; they can be lifted out. Pass in what is ours.',
      from: { path: '^src/(lib|mcp|rest)/', pathNot: isTest },
      to: { path: '^src/', pathNot: '^src/(lib|mcp|rest)/' },
    },
    {
      name: 'the-protocols-touch-nothing',
      severity: 'error',
      comment:
        'mcp/ and rest/ turn bytes into meanings: whatever a message or a document says, no file is opened, no address asked and no program started here. Types of these modules may be imported; the modules may not.',
      from: { path: '^src/(mcp|rest)/', pathNot: isTest },
      to: {
        path: `${connecting}|^(node:)?(fs|fs/promises|child_process|worker_threads|vm|dns)$`,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'the-product-knows-no-tests',
      severity: 'error',
      comment:
        'src/ never imports from test/, bench/, sample/ or tools/: what it needs at run time lives in src/.',
      from: { path: '^src/', pathNot: isTest },
      to: { path: '^(test|bench|sample|tools)/' },
    },
    {
      name: 'the-product-imports-no-tests',
      severity: 'error',
      comment: 'A .test.ts file is imported by nobody.',
      from: { path: '^src/' },
      to: { path: isTest },
    },
    {
      name: 'crossings-show',
      severity: 'error',
      comment:
        'Between the folders of src/ write `#store/store.ts`, so that a crossing shows; `./x.ts` is for neighbours.',
      from: { path: '^src/([^/]+)/' },
      to: {
        path: '^src/[^/]+/',
        pathNot: '^src/$1/',
        dependencyTypesNot: ['aliased-subpath-import'],
      },
    },
    {
      name: 'the-console-is-a-client',
      severity: 'error',
      comment:
        'The console knows the server by its OpenAPI document alone, as every other client does. What it lacks is a route to add, not a file to import.',
      from: { path: '^console/' },
      to: { path: '^(src|test|bench|sample|tools)/' },
    },
    {
      name: 'nothing-imports-the-console',
      severity: 'error',
      comment:
        'The server serves what was built of the console, as files; neither it nor its tools import a line of it.',
      from: { path: '^(src|tools|bin)/', pathNot: isTest },
      to: { path: '^console/' },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      comment:
        'These files import each other in a circle, so that which of them runs first is an accident. Move what they share into a file of its own. (Types may go round among neighbours.)',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'This import leads nowhere. Crossings are listed in package.json under "imports".',
      // bin/ speaks of the compiled program, which a checkout has only after a build.
      from: { pathNot: '^bin/' },
      // Some of Node's own modules are known by their prefix alone.
      to: { couldNotResolve: true, pathNot: '^node:' },
    },
    {
      name: 'shipped-dependencies',
      severity: 'error',
      comment:
        'The product runs without devDependencies. Put the package under dependencies, with a page in docs/decisions/ that says why.',
      from: { path: '^src/', pathNot: isTest },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
