// The page of the present: what live.js hears takes the place of the part that changes. Rows whose figure grew are marked
// for a moment; what is focused and the open table stay. The button holds the page still.
let paused = false, waiting = null

const box = () => document.querySelector("[data-realtime]")
const rows = () => new Map([...box().querySelectorAll("a.row")].map((a) => [a.getAttribute("href"), a]))
const figure = (row) => row?.querySelector("strong").textContent

function draw(html) {
  const before = rows()
  const figures = box().querySelector(".figures").open
  const focused = box().contains(document.activeElement) ? document.activeElement : null
  box().replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.children)
  box().querySelector(".figures").open = figures
  for (const [href, row] of rows()) row.classList.toggle("fresh", figure(row) !== figure(before.get(href)))
  if (focused?.matches("summary")) box().querySelector("summary").focus({ preventScroll: true })
  else if (focused) rows().get(focused.getAttribute("href"))?.focus({ preventScroll: true })
}

function say(state) {
  for (const e of document.querySelectorAll("[data-state]")) e.hidden = e.dataset.state !== state
}

function begin() {
  const button = document.querySelector("[data-pause]")
  if (!button) return
  button.hidden = false
  button.setAttribute("aria-pressed", paused)
  say(paused ? "paused" : "live")
  button.onclick = () => {
    paused = !paused
    if (!paused && waiting) draw(waiting)
    waiting = null
    begin()
  }
}

document.addEventListener("live:realtime", (e) => {
  if (!box()) return
  if (paused) waiting = e.detail
  else draw(e.detail)
})
document.addEventListener("live:lost", () => say("lost"))
document.addEventListener("live:open", begin)
document.addEventListener("swap", begin)
begin()
