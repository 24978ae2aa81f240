import { AxeBuilder } from '@axe-core/playwright'
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

const looks = [1280, 390].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
)

/**
 * What is wrong with a page for whoever cannot see well, has a small screen or reads in the dark: what
 * axe finds, and whatever is wider than its screen. Empty where nothing is. With TEST_PICTURES=FOLDER
 * it leaves a picture of each look there.
 */
export async function lookAt(page: Page, name: string): Promise<string[]> {
  const wrong: string[] = []
  for (const { width, colorScheme } of looks) {
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme })
    const look = `${width}-${colorScheme}`
    const { violations } = await new AxeBuilder({ page }).analyze()
    for (const { id, nodes } of violations)
      wrong.push(`${look} ${id}: ${nodes.map(({ html }) => html).join(' ')}`)
    const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
    if (wide > width) wrong.push(`${look} is ${wide} wide`)
    const folder = process.env.TEST_PICTURES
    if (folder !== undefined)
      await page.screenshot({ path: `${folder}/${name}-${look}.png`, fullPage: true })
  }
  return wrong
}
