// Links and forms of a dashboard swap the page in place: the new page is fetched whole, its bars, main part and footer take
// the place of the old ones, and the address changes as if it had been loaded. Without this module they are plain links.
// Other modules hear of a swap by the event "swap" on document, ask for a fresh page with the event "refresh", and hand over one
// that they have fetched with the event "visit".
const parts = [".bar", ".views", "main", ".foot"]
let running = null

async function show(url, { push = true, quiet = false } = {}) {
  running?.abort()
  const mine = (running = new AbortController())
  try {
    const answer = await fetch(url, { signal: mine.signal, headers: { Accept: "text/html" } })
    if (!answer.headers.get("Content-Type")?.startsWith("text/html")) throw new Error("not a page")
    if (!answer.ok && quiet) return
    take(answer.redirected ? answer.url : url, await answer.text(), push)
  } catch (e) {
    if (e.name === "AbortError" || quiet) return
    if (e instanceof TypeError) offline(url)
    else location.assign(url) // let the browser say what is wrong
  }
}

// offline says that nobody answered, and leaves what is there to be read.
function offline(url) {
  document.querySelector(".offline")?.remove()
  const { offline, again } = document.body.dataset
  const box = Object.assign(document.createElement("div"), { className: "notice warn offline" })
  const text = Object.assign(document.createElement("p"), { textContent: offline })
  const button = Object.assign(document.createElement("button"), { className: "button second small", textContent: again })
  box.setAttribute("role", "alert")
  button.addEventListener("click", () => show(url))
  box.append(text, button)
  document.querySelector("main > *").prepend(box)
  scrollTo(0, 0)
}

function take(url, html, push = true) {
  const page = new DOMParser().parseFromString(html, "text/html")
  if (!page.querySelector(".bar") || !page.querySelector("main")) throw new Error("not a page of ours")
  if (push) history.pushState(null, "", url)
  replace(page)
}

function replace(page) {
  const focused = mark(document.activeElement)
  const kept = new Map([...document.querySelectorAll("details[data-keep]")].map((d) => [d.dataset.keep, d.open]))
  document.title = page.title
  for (const part of parts) {
    const now = document.querySelector(part), next = page.querySelector(part)
    if (now && next) now.replaceWith(document.adoptNode(next))
  }
  for (const d of document.querySelectorAll("details[data-keep]")) d.open = kept.get(d.dataset.keep) ?? d.open
  if (focused) [...document.querySelectorAll(focused.tag)].find((e) => mark(e)?.text === focused.text)?.focus({ preventScroll: true })
  document.dispatchEvent(new Event("swap"))
}

// What a focused link says is how it is found again on the next page.
function mark(e) {
  const text = e && e !== document.body && (e.getAttribute("aria-label") ?? e.textContent.trim().slice(0, 80))
  return text ? { tag: e.tagName, text } : null
}

const here = (url) => url.origin === location.origin && url.pathname === location.pathname

document.addEventListener("click", (e) => {
  const link = e.target.closest("a[href]")
  if (!link || e.defaultPrevented || e.button || e.shiftKey || e.altKey || link.hasAttribute("download")) return
  const href = link.href.baseVal ?? link.href // a link within a drawing has another kind of href
  const modified = e.ctrlKey || e.metaKey
  // Most rows say only that they can be excluded: by turning the filter that their link ends with.
  const without = modified && (link.dataset.not || ("not" in link.dataset && href.replace(/^(.*[?&]filter=(?:prop:)?[^:&]*):is:/, "$1:not:")))
  if (modified && !without) return
  const url = new URL(without || href, location.href)
  if (!here(url) || (url.hash && url.search === location.search)) return
  e.preventDefault()
  url.hash = ""
  show(url.href)
})

document.addEventListener("submit", (e) => {
  if (!e.target.matches("form[data-swap]")) return
  e.preventDefault()
  const url = new URL(location.pathname, location.href)
  url.search = new URLSearchParams(new FormData(e.target))
  show(url.href)
})

document.addEventListener("visit", ({ detail: { url, html } }) => {
  running?.abort()
  try {
    take(url, html)
  } catch {
    location.assign(url)
  }
})

let shown = location.pathname + location.search
document.addEventListener("swap", () => (shown = location.pathname + location.search))
addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) show(location.href, { push: false })
})

document.addEventListener("refresh", () => {
  if (!document.querySelector("details.menu[open]")) show(location.href, { push: false, quiet: true })
})
