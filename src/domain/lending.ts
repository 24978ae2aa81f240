/** Headers that carry the message itself, the connection, or what the gateway says of its own. */
export function isHeaderForCredentials(header: string): boolean {
  const lower = header.toLowerCase()
  return !ownHeaders.has(lower) && !ownHeaderPrefixes.some((prefix) => lower.startsWith(prefix))
}

/** Variables by which a shell, a linker or a runtime is told to load or run something else. */
export function isEnvironmentForCredentials(variable: string): boolean {
  return (
    !loadingVariables.has(variable) &&
    !loadingVariablePrefixes.some((prefix) => variable.startsWith(prefix))
  )
}

const ownHeaderPrefixes = ['accept', 'content-', 'x-forwarded-', 'mcp-', 'proxy-', 'sec-']
const ownHeaders: ReadonlySet<string> = new Set([
  'host',
  'transfer-encoding',
  'connection',
  'te',
  'upgrade',
  'keep-alive',
  'expect',
  'trailer',
  'date',
  'origin',
  'via',
  'forwarded',
  'last-event-id',
  'traceparent',
  'tracestate',
  'baggage',
])

const loadingVariablePrefixes = [
  'LD_',
  'DYLD_',
  'BASH_FUNC_',
  'PYTHON',
  'PERL5',
  'LUA_INIT',
  'LUA_PATH',
  'LUA_CPATH',
  'GIT_CONFIG',
  'GIT_SSH',
  'CORECLR_',
  'COR_',
]
const loadingVariables: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'SHELL',
  'IFS',
  'ENV',
  'BASH_ENV',
  'SHELLOPTS',
  'BASHOPTS',
  'PS4',
  'TMPDIR',
  'EDITOR',
  'VISUAL',
  'PAGER',
  'SSH_ASKPASS',
  'GCONV_PATH',
  'LOCPATH',
  'OPENSSL_CONF',
  'OPENSSL_ENGINES',
  'OPENSSL_MODULES',
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_EXTRA_CA_CERTS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'PERLLIB',
  'RUBYOPT',
  'RUBYLIB',
  'RUBYSHELL',
  'GEM_HOME',
  'GEM_PATH',
  'BUNDLE_GEMFILE',
  'JAVA_TOOL_OPTIONS',
  '_JAVA_OPTIONS',
  'JDK_JAVA_OPTIONS',
  'CLASSPATH',
  'DOTNET_STARTUP_HOOKS',
  'DOTNET_ADDITIONAL_DEPS',
  'PHPRC',
  'PHP_INI_SCAN_DIR',
  'GIT_ASKPASS',
  'GIT_EXEC_PATH',
  'GIT_PROXY_COMMAND',
  'GIT_EXTERNAL_DIFF',
  'GIT_EDITOR',
  'GIT_PAGER',
])
