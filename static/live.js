// The number of visitors who are there now, as it changes (server-sent events from data-live), and a fresh page when a hit
// came and the page shows the present (data-present: seconds between two refreshes). Browsers ask again by themselves when a
// stream breaks off, and give up when they are refused: then it is tried again here, ever more seldom. Other modules hear
// of it by the events live:open and live:lost, and of the page of the present by live:realtime.
let source, due = 0, waiting, pause = 2000
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }))

function begin() {
  const box = document.querySelector("[data-live]")
  if (!box) return
  if (source && source.url === new URL(box.dataset.live, location.href).href) return
  source?.close()
  source = new EventSource(box.dataset.live)
  let first = true
  source.addEventListener("open", () => {
    pause = 2000
    tell("live:open")
  })
  source.addEventListener("error", (e) => {
    tell("live:lost")
    if (e.target.readyState !== EventSource.CLOSED) return
    setTimeout(() => {
      if (source !== e.target) return
      source = undefined
      begin()
    }, pause)
    pause = Math.min(2 * pause, 120000)
  })
  source.addEventListener("realtime", (e) => tell("live:realtime", JSON.parse(e.data)))
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
