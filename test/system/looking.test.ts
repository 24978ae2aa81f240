// Needs from Debian: chromium
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Chromium, lookAt, startChromium } from '../peers/chromium.ts'

const page = (style: string, body = '') => `<!doctype html><html lang="en"><title>A page</title>
  <meta name="viewport" content="width=device-width">
  <style>:root { color: black; background: white } body { margin: 0 } ${style}</style>
  <main><h1>A page</h1><p>Some text.</p>${body}</main></html>`

describe('What looks at pages', () => {
  let chromium: Chromium
  before(async () => {
    chromium = await startChromium()
  })
  after(() => chromium.stop())

  const found = async (html: string): Promise<string> => {
    const { page } = await chromium.page()
    await page.setContent(html)
    const wrong = await lookAt(page, 'a-page')
    await page.context().close()
    return wrong.map((one) => one.replace(/:.*/s, '')).join(', ')
  }

  test('finds nothing where nothing is wrong', async () => {
    assert.equal(await found(page('')), '')
  })

  test('finds text that one theme alone makes too faint', async () => {
    const faint = '{ p { color: gray; background: dimgray } }'
    assert.equal(
      await found(page(`@media (prefers-color-scheme: dark) ${faint}`)),
      '1280-dark color-contrast, 390-dark color-contrast',
    )
    assert.equal(
      await found(page(`@media (prefers-color-scheme: light) ${faint}`)),
      '1280-light color-contrast, 390-light color-contrast',
    )
  })

  test('finds a control without a name, also where only a small screen shows it', async () => {
    const hidden = '@media (min-width: 600px) { button { display: none } }'
    assert.equal(await found(page(hidden, '<button></button>')), '390-light button-name')
  })

  test('finds what is wider than a small screen', async () => {
    assert.equal(
      await found(page('div { width: 600px; height: 1px }', '<div></div>')),
      '390-light is 600 wide, 390-dark is 600 wide',
    )
  })
})
