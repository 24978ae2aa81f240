import assert from 'node:assert/strict'

/** What a browser shows after it has followed every redirect within one origin. */
export interface Shown {
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

interface Cookie {
  readonly value: string
  readonly path: string
}

/**
 * A browser without a screen: cookies by name and path, redirects within `origin`, forms. Where a
 * redirect leads elsewhere it stops and tells the address, as nothing of ours listens there.
 */
export const createBrowser = (origin: string) => {
  const jar = new Map<string, Cookie>()
  let stopsAt: string | undefined

  const keep = (headers: Headers): void => {
    for (const line of headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(/;\s*/)
      const [name = '', value = ''] = pair.split(/=(.*)/s)
      const read = (wanted: string) =>
        attributes
          .find((one) => one.toLowerCase().startsWith(`${wanted}=`))
          ?.slice(wanted.length + 1)
      const path = read('path') ?? '/'
      const isOver = value === '' || Date.parse(read('expires') ?? '') < Date.now()
      if (isOver) jar.delete(`${name} ${path}`)
      else jar.set(`${name} ${path}`, { value, path })
    }
  }
  const cookiesFor = (path: string): string =>
    [...jar]
      .filter(([, one]) => path === one.path || path.startsWith(one.path.replace(/\/?$/, '/')))
      .map(([key, one]) => `${key.split(' ', 1)[0]}=${one.value}`)
      .join('; ')

  const visit = async (address: URL, init: RequestInit = {}): Promise<Shown> => {
    const headers = {
      ...(init.headers as Record<string, string>),
      cookie: cookiesFor(address.pathname),
    }
    const response = await fetch(address, { ...init, headers, redirect: 'manual' })
    keep(response.headers)
    const location = response.headers.get('location')
    const text = await response.text()
    if (location === null)
      return { url: address, status: response.status, headers: response.headers, text }
    const next = new URL(location, address)
    if (next.origin !== origin || next.pathname === stopsAt)
      return { url: next, status: response.status, headers: response.headers, text: '' }
    return visit(next)
  }

  return {
    jar,
    open: (address: string | URL) => visit(new URL(address, origin)),
    /** Where `go` leads to, at the latest that path, which is not asked for: somebody holds it back. */
    async lastly(go: () => Promise<Shown>, path: string): Promise<URL> {
      stopsAt = path
      const { url } = await go().finally(() => {
        stopsAt = undefined
      })
      assert.equal(url.pathname, path)
      return url
    },
    /** What a page of ours sends, and a page of somebody else with another `origin`. */
    act: (address: string, body: object, headers: Record<string, string> = { origin }) =>
      visit(new URL(address, origin), {
        ...{ method: 'POST', body: JSON.stringify(body) },
        headers: { 'content-type': 'application/json', ...headers },
      }),
    /** Sends a form of a page of somebody else. */
    post: (address: string | URL, fields: Record<string, string>) =>
      visit(new URL(address, origin), { method: 'POST', body: new URLSearchParams(fields) }),
    /** Sends the form that has this button, with what was typed. */
    submit(shown: Shown, button: string, typed: Record<string, string> = {}, as = origin) {
      const form = formsIn(shown.text).find((one) => one.buttons.includes(button))
      assert(form, `no button ${button} in: ${shown.text}`)
      const body = new URLSearchParams({ ...form.hidden, ...typed, do: button })
      const headers = as === '' ? {} : { origin: as }
      return visit(new URL(form.action, shown.url), { method: 'POST', body, headers })
    },
  }
}
export type Browser = ReturnType<typeof createBrowser>

const formsIn = (page: string) =>
  [...page.matchAll(/<form method="post" action="([^"]+)"[^>]*>(.*?)<\/form>/gs)].map(
    ([, action = '', inner = '']) => ({
      action,
      hidden: Object.fromEntries(
        [...inner.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)].map((one) =>
          one.slice(1),
        ),
      ) as Record<string, string>,
      buttons: [...inner.matchAll(/name="do" value="([^"]+)"/g)].map(([, value]) => value),
    }),
  )
