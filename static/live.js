// The number of visitors who are there now, as it changes (server-sent events from data-live), and a fresh page when a hit
// came and the page shows the present (data-present: seconds between two refreshes).
let source, due = 0, waiting

function begin() {
  const box = document.querySelector("[data-live]")
  if (!box) return
  if (source && source.url === new URL(box.dataset.live, location.href).href) return
  source?.close()
  source = new EventSource(box.dataset.live)
  let first = true
  source.addEventListener("live", (e) => {
    const now = JSON.parse(e.data).visitors
    const count = document.querySelector("[data-now]")
    if (count) {
      count.textContent = now.toLocaleString(document.documentElement.lang)
      count.parentElement.querySelector(".dot")?.classList.toggle("off", now === 0)
    }
    if (!first) refresh()
    first = false
  })
}

// refresh asks for a fresh page, at most once in the time that the page allows, and not in a tab that nobody sees.
function refresh() {
  const every = 1000 * Number(document.querySelector("[data-present]")?.dataset.present)
  if (!every || waiting) return
  waiting = setTimeout(() => {
    waiting = 0
    if (document.hidden) return
    due = Date.now() + every
    document.dispatchEvent(new Event("refresh"))
  }, Math.max(0, due - Date.now()))
}

begin()
document.addEventListener("swap", begin)
addEventListener("pagehide", () => source?.close())
addEventListener("pageshow", (e) => {
  if (!e.persisted) return
  source = undefined
  begin()
})
