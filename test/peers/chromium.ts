import axe from 'axe-core'
import { chromium, type Page } from 'playwright-core'

/** Debian's Chromium without a screen. It reaches this machine and nothing else, whatever a page asks for. */
export async function startChromium() {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  })
  return {
    /** A page of somebody new: nothing is kept of any other. */
    async page(): Promise<{ page: Page; errors: readonly string[] }> {
      const context = await browser.newContext()
      const page = await context.newPage()
      page.setDefaultTimeout(60_000)
      const errors: string[] = []
      page.on('pageerror', (error) => errors.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(`${message.text()} ${message.location().url}`)
      })
      return { page, errors }
    },
    stop: () => browser.close(),
  }
}
export type Chromium = Awaited<ReturnType<typeof startChromium>>

/**
 * What axe finds in a page, into which it is put once: the builder that axe has for browsers puts itself in
 * at each look, which makes a look take three times as long.
 */
const findWith = async (page: Page, rules: readonly string[] | undefined): Promise<Found> => {
  if (!(await page.evaluate<boolean>("'axe' in globalThis"))) await page.evaluate(axe.source)
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) }
  return page.evaluate<Found>(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
      violations.map(({ id, nodes }) => ({ id, html: nodes.map(({ html }) => html).join(' ') })))`,
  )
}
type Found = readonly { readonly id: string; readonly html: string }[]

/** What of axe depends on colours: all that a theme can break, once its page has been looked at whole. */
const ofColours = ['color-contrast', 'link-in-text-block']
const looks = [1280, 390].flatMap((width) => [
  { width, colorScheme: 'light' as const, rules: undefined },
  { width, colorScheme: 'dark' as const, rules: ofColours },
])

/**
 * What is wrong with a page for whoever cannot see well, has a small screen or reads in the dark: what
 * axe finds, and whatever is wider than its screen. Empty where nothing is. With TEST_PICTURES=FOLDER
 * it leaves a picture of each look there.
 */
export async function lookAt(page: Page, name: string): Promise<string[]> {
  const wrong: string[] = []
  for (const { width, colorScheme, rules } of looks) {
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme })
    const look = `${width}-${colorScheme}`
    for (const { id, html } of await findWith(page, rules)) wrong.push(`${look} ${id}: ${html}`)
    const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
    if (wide > width) wrong.push(`${look} is ${wide} wide`)
    const folder = process.env.TEST_PICTURES
    if (folder !== undefined)
      await page.screenshot({ path: `${folder}/${name}-${look}.png`, fullPage: true })
  }
  return wrong
}
