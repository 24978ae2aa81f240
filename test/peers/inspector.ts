import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, pathOf, startProgram } from './program.ts'

const path = 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js'

/** MCP Inspector as a page, with one server to connect to; what it learns is kept in memory alone. */
export async function startInspector(url: string, era: 'legacy' | 'modern') {
  const home = await mkdtemp(join(tmpdir(), 'inspector-'))
  const [port, sandbox] = [await freePort(), await freePort()]
  const program = await startProgram({
    args: [
      ...[pathOf(path), '--web', '--server-url', url, '--transport', 'http'],
      ...['--protocol-era', era],
    ],
    env: {
      HOME: home,
      HOST: '127.0.0.1',
      CLIENT_PORT: String(port),
      MCP_SANDBOX_PORT: String(sandbox),
      MCP_AUTO_OPEN_ENABLED: 'false',
      MCP_INSPECTOR_SECRET_STORE: 'memory',
    },
    ready: /^\s*(http:\S+MCP_INSPECTOR_API_TOKEN=\w+)/,
  })
  return {
    /** Of its page, with what lets a browser in. */
    address: program.ready,
    async stop() {
      await program.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}
