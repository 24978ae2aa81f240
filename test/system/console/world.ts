import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { Started } from '#cli/composition.ts'
import { startInstallation } from '../../../src/compose.ts'
import { buildConsole } from '../../../tools/console.ts'
import { startChromium } from '../../peers/chromium.ts'

export const password = 'correct horse battery'

export interface ConsoleWorld {
  readonly started: Started
  readonly origin: string
  /** A browser of somebody new; what a page did wrong is found by `checked`. */
  visitor(): Promise<Visitor>
  /** The same, signed in; makes the account. */
  signedIn(name: string, about?: { administrator?: boolean }): Promise<Visitor>
  /** As files of a set; those of the sample stand in the set `sample`. */
  apply(documents: readonly object[], set?: string): Promise<void>
  stop(): Promise<void>
}

export interface Visitor {
  readonly page: Page
  /** Opens an address and waits until the page has its heading. */
  open(path: string): Promise<void>
  /**
   * Asserts that nothing was written to the console as an error, and that no other origin was asked. What
   * is gone was perhaps asked for once more: `gone` is what such an answer to the page's own question is.
   */
  checked(gone?: RegExp): void
  /** What was written to the console as an error until now. */
  readonly errors: readonly string[]
}

/** The product as it is, with the console as it is built, and Debian's Chromium. */
export const startConsole = async (
  about: {
    sample?: boolean
    /** Of the origin: a name that means this machine, or its address, for which browsers make no passkeys. */
    host?: string
  } = {},
): Promise<ConsoleWorld> => {
  buildConsole()
  const data = await mkdtemp(join(tmpdir(), 'bailiwick-'))
  const started = await startInstallation({
    data,
    listen: `${about.host ?? '127.0.0.1'}:0`,
    sample: about.sample ?? true,
    print: () => {},
  })
  const { origin, people, change } = started.installation
  const chromium = await startChromium()

  const visitor = async (): Promise<Visitor> => {
    const { page, errors } = await chromium.page()
    const strangers: string[] = []
    page.on('request', (request) => {
      const url = request.url()
      if (!url.startsWith(`${origin}/`) && !url.startsWith('data:')) strangers.push(url)
    })
    return {
      page,
      errors,
      async open(path) {
        await page.goto(`${origin}${path}`)
        await page.getByRole('heading', { level: 1 }).first().waitFor()
      },
      checked(gone) {
        assert.deepEqual(strangers, [], 'no other origin is asked')
        const wrong = errors.filter((error) => !gone?.test(error))
        assert.deepEqual(wrong, [], 'nothing stands in the console of the browser')
      },
    }
  }

  return {
    started,
    origin,
    visitor,
    async signedIn(name, { administrator = false } = {}) {
      await people.put({ name, title: undefined, administrator, password, by: 'test' })
      const one = await visitor()
      await one.open('/m/sign-in')
      await one.page.getByLabel('Name').fill(name)
      await one.page.getByLabel('Password').fill(password)
      await one.page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await one.page.getByRole('navigation', { name: 'Places' }).waitFor()
      return one
    },
    async apply(documents, set = 'test') {
      const text = documents
        .map((one) => JSON.stringify({ apiVersion: 'bailiwick/v1', ...one }))
        .join('\n---\n')
      const files = [{ name: 'test.yaml', text }]
      const runners = new Set<string>()
      await change.apply({ files, set, prune: false, dryRun: false, by: 'test', runners })
    },
    async stop() {
      await chromium.stop()
      await started.stop()
      await rm(data, { recursive: true, force: true })
    },
  }
}
