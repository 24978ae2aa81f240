import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'

/**
 * Of what has the focus: whether a ring of 2 px says so, and whether something lies over it. Where the
 * kit hides an input behind its label, the label is what is seen. In the page, whose types are not here.
 */
const lookAtFocus = `(() => {
  const one = document.activeElement
  if (!one || one === document.body) return []
  const said = one.outerHTML.slice(0, 160)
  const shown = [one, ...(one.labels ?? []), one.nextElementSibling].filter(Boolean)
  const ringed = (each) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(each)
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2
  }
  const wrong = shown.some(ringed) || one.matches('main') ? [] : ['no ring: ' + said]
  const seen = one.matches('input') && one.labels?.[0] && getComputedStyle(one).opacity === '0' ? one.labels[0] : one
  let { left, top, right, bottom } = seen.getBoundingClientRect()
  const room = { left: 0, top: 0, right: innerWidth, bottom: innerHeight }
  for (let up = seen.parentElement; up; up = up.parentElement) {
    if (!/auto|scroll|hidden|clip/.test(getComputedStyle(up).overflow) || up === document.body) continue
    const box = up.getBoundingClientRect()
    room.left = Math.max(room.left, box.left)
    room.top = Math.max(room.top, box.top)
    room.right = Math.min(room.right, box.right)
    room.bottom = Math.min(room.bottom, box.bottom)
  }
  const isTall = bottom - top > innerHeight - 120
  left = Math.max(left, room.left) + 2
  right = Math.min(right, room.right) - 2
  top = isTall ? Math.max(top, room.top) + 2 : top + 2
  bottom = isTall ? Math.min(bottom, room.bottom) - 2 : bottom - 2
  const points = [[left, top], [right, top], [left, bottom], [right, bottom], [(left + right) / 2, (top + bottom) / 2]]
  const isOver = ([x, y]) => {
    const hit = document.elementFromPoint(x, y)
    if (!hit) return true
    for (let up = hit; up && !up.contains(one); up = up.parentElement)
      if (!one.contains(up) && /sticky|fixed/.test(getComputedStyle(up).position)) return true
    return false
  }
  const covered = isTall ? points.every(isOver) : points.some(isOver)
  return covered ? [...wrong, 'covered: ' + said] : wrong
})()`

/** Somebody without a pointer: every stop of the focus on the way is looked at. */
export const byKeys = (page: Page) => {
  const hasFocus = (target: Locator) =>
    target.first().evaluate((one) => one === one.ownerDocument.activeElement)
  const press = async (key: string) => {
    await page.keyboard.press(key)
    assert.deepEqual(await page.evaluate(lookAtFocus), [], `after ${key}`)
  }
  /** To a place that the page has, in the order of Tab. */
  const tabTo = async (target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab') => {
    await target.first().waitFor()
    for (let stops = 0; stops < 200; stops++) {
      if (await hasFocus(target)) return
      await press(key)
    }
    assert.fail(`${target} is not in the order of ${key}`)
  }
  return {
    press,
    tabTo,
    async activate(target: Locator, key: 'Enter' | 'Space' = 'Enter') {
      await tabTo(target)
      await page.keyboard.press(key)
    },
    async type(target: Locator, text: string) {
      await tabTo(target)
      await page.keyboard.type(text)
    },
    /** Down the rows of a table, of which one is in the order of Tab, and opens it. */
    async openRow(table: Locator, id: string) {
      await table.locator(`tr[data-id="${id}"]`).waitFor()
      await tabTo(table.locator('tr[tabindex="0"]'))
      const at = table.locator(`tr[data-id="${id}"]`)
      for (let rows = 0; rows < 50 && !(await hasFocus(at)); rows++) {
        await page.keyboard.press('ArrowDown')
        await table.locator('tr:focus').waitFor()
      }
      await press('Enter')
    },
  }
}
