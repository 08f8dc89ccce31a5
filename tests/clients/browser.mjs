// A person's browser without JavaScript: one cookie jar, forms filled as they stand on the page, redirects followed
// as long as they stay with the provider.
import { createHmac } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'

const MAX_PAGES = 20

export class Browser {
  #cookies = new Map()
  #origin

  constructor(issuer) {
    this.#origin = new URL(issuer).origin
  }

  /** Opens an address. Resolves to a page: {url, html, status}, or {left} where a redirect led to another site. */
  async open(url) {
    return this.#visit('GET', new URL(url))
  }

  /** Submits the form that has a field or button of that name or id; hidden fields go along as they are. */
  async submit(page, marker, values = {}, button) {
    const form = formWith(page, marker)
    const body = new URLSearchParams(form.fields)
    for (const [name, value] of Object.entries(values)) body.set(name, value)
    const pressed = form.buttons.find(({ id }) => id === button)
    if (pressed?.name) body.set(pressed.name, pressed.value)
    return this.#visit(form.method, new URL(form.action || page.url, page.url), body)
  }

  async #visit(method, url, body) {
    for (let hop = 0; hop < MAX_PAGES; hop++) {
      if (url.origin !== this.#origin) return { left: url }
      if (method === 'GET' && body) url.search = body
      const response = await fetch(url, {
        method,
        body: method === 'GET' ? undefined : body,
        redirect: 'manual',
        headers: {
          cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          ...(method === 'POST' && { origin: this.#origin }),
          'sec-fetch-site': 'same-origin',
          accept: 'text/html',
        },
      })
      for (const line of response.headers.getSetCookie()) this.#keep(line)
      if (response.status < 300 || response.status > 399) {
        return { url, status: response.status, html: await response.text() }
      }
      url = new URL(response.headers.get('location'), url)
      method = 'GET'
      body = undefined
    }
    throw new Error(`more than ${MAX_PAGES} redirects, the last to ${url.pathname}`)
  }

  #keep(line) {
    const [pair, ...attributes] = line.split(';')
    const [name, ...value] = pair.split('=')
    if (attributes.some((attribute) => /^\s*max-age=0\s*$/i.test(attribute))) this.#cookies.delete(name.trim())
    else this.#cookies.set(name.trim(), value.join('='))
  }
}

/** Answers whatever the provider asks until it lets the person go: {left}, or the page where nothing is known to do. */
export async function answer(browser, page, person, { decision = 'allow' } = {}) {
  for (let step = 0; step < MAX_PAGES; step++) {
    if (page.left) return page
    if (has(page, 'name="password"')) {
      const { email: identifier, password } = person
      const known = !/<input[^>]*name="identifier"(?![^>]*type="hidden")/.test(page.html)
      page = await browser.submit(page, 'password', known ? { password } : { identifier, password }, 'sign-in')
    } else if (has(page, 'name="code"')) {
      page = await browser.submit(page, 'code', { code: await person.code() }, 'submit-code')
    } else if (has(page, `id="${decision}"`)) {
      page = await browser.submit(page, decision, {}, decision)
    } else {
      return page
    }
  }
  throw new Error('the provider asks and asks')
}

/**
 * Codes of an authenticator app (RFC 6238). The provider takes each step once, and one to either side of now: each call
 * gives a later one, which is good for fifteen seconds at least, and waits where there is none yet.
 */
export function authenticator(secret) {
  let last = 0
  return async () => {
    last = Math.max(last + 1, Math.floor((Date.now() + 15_000) / 30_000) - 1)
    await setTimeout(Math.max(0, (last - 1) * 30_000 - Date.now()))
    const counter = Buffer.alloc(8)
    counter.writeBigUInt64BE(BigInt(last))
    const digest = createHmac('sha1', base32(secret)).update(counter).digest()
    const start = digest[19] & 15
    return String((digest.readUInt32BE(start) & 0x7fffffff) % 1_000_000).padStart(6, '0')
  }
}

export const has = (page, text) => page.html?.includes(text) ?? false

/** What a form that posts itself to the relying party carries (OAuth 2.0 Form Post Response Mode). */
export function posted(page, redirectUri) {
  const form = forms(page).find(({ action }) => action === redirectUri)
  if (!form) throw new Error(`no form for ${redirectUri} on ${page.url}`)
  return form.fields
}

function formWith(page, marker) {
  const found = forms(page).find(({ html }) => html.includes(`name="${marker}"`) || html.includes(`id="${marker}"`))
  if (!found) throw new Error(`no form with ${marker} on ${page.url} (${page.status})`)
  return found
}

function forms(page) {
  return [...page.html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gis)].map(([, tag, html]) => ({
    html,
    action: attribute(tag, 'action'),
    method: (attribute(tag, 'method') ?? 'GET').toUpperCase(),
    fields: new URLSearchParams(
      tags(html, 'input')
        .filter((tag) => attribute(tag, 'name') && !/\btype="?submit/i.test(tag))
        .filter((tag) => !/\btype="?(checkbox|radio)/i.test(tag) || /\schecked\b/i.test(tag))
        .map((tag) => [attribute(tag, 'name'), attribute(tag, 'value') ?? '']),
    ),
    buttons: [...tags(html, 'button'), ...tags(html, 'input')].map((tag) => ({
      id: attribute(tag, 'id'),
      name: attribute(tag, 'name'),
      value: attribute(tag, 'value') ?? '',
    })),
  }))
}

const tags = (html, name) => html.match(new RegExp(`<${name}\\b[^>]*>`, 'gi')) ?? []

function attribute(tag, name) {
  const found = new RegExp(`\\s${name}=(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(tag)
  return found && unescape(found[1] ?? found[2] ?? found[3])
}

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const unescape = (text) =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (entity, hex, decimal, name) =>
    name ? (ENTITIES[name] ?? entity) : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal)),
  )

function base32(secret) {
  const bits = [...secret.toUpperCase().replace(/=+$/, '')]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
}
