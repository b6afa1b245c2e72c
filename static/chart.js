// Reads the chart's values under the pointer, the finger or the arrow keys (with the chart in focus), from the table behind
// it: each row has its name and link, its value, what that was before, its annotations, and in data-at where its points are
// ("x y then", in percent of the drawing, -1 for none). A press on a bucket follows its link; of a finger, the second press.
let chart, spots, at, fresh

function begin() {
  chart = document.querySelector("[data-chart]")
  if (!chart) return
  const plot = chart.querySelector(".plot")
  chart.classList.add("read")
  at = -1
  chart.querySelectorAll(".spots rect > title").forEach((title) => title.remove())
  spots = [...chart.querySelectorAll("tr[data-at]")].map((row) => {
    const [x, y, then] = row.dataset.at.split(" ").map(Number)
    return { x, y, then, row, link: row.querySelector("a") }
  })
  plot.tabIndex = 0
  plot.setAttribute("role", "group")
  plot.setAttribute("aria-label", chart.querySelector("title").textContent)
  plot.addEventListener("pointermove", (e) => point(e, plot))
  plot.addEventListener("pointerdown", (e) => {
    const before = at
    point(e, plot)
    fresh = e.pointerType !== "mouse" && at !== before
  })
  plot.addEventListener("pointerleave", (e) => e.pointerType === "mouse" && tell(-1))
  plot.addEventListener("blur", () => tell(-1))
  plot.addEventListener("keydown", keys)
  plot.addEventListener("click", (e) => {
    if (e.target.closest(".flag")) return
    if (fresh) e.preventDefault()
    else if (!e.target.closest("a")) spots[at]?.link?.click()
  })
}

function point(e, plot) {
  const box = plot.getBoundingClientRect()
  const x = (100 * (e.clientX - box.left)) / box.width
  let best = -1
  spots.forEach((s, i) => (best < 0 || Math.abs(s.x - x) < Math.abs(spots[best].x - x)) && (best = i))
  tell(best, e.pointerType === "touch")
}

function keys(e) {
  const last = spots.length - 1
  const to = { ArrowLeft: at < 0 ? last : Math.max(at - 1, 0), ArrowRight: Math.min(at + 1, last), Home: 0, End: last }[e.key]
  if (e.altKey || e.ctrlKey || e.metaKey) return
  if (to !== undefined) {
    e.preventDefault()
    e.stopPropagation()
    tell(to)
  } else if (e.key === "Enter") spots[at]?.link?.click()
}

function tell(i, touch) {
  if (i === at) return
  at = i
  const plot = chart.querySelector(".plot")
  plot.querySelectorAll(".at, .hair, .tip").forEach((e) => e.remove())
  const s = spots[i]
  if (!s) return
  put(plot, "hair", s.x)
  if (s.then >= 0) put(plot, "at old", s.x, s.then)
  if (s.y >= 0) put(plot, "at", s.x, s.y)
  const tip = put(plot, "tip", s.x, 0)
  tip.setAttribute("role", "status")
  const [name, value, before] = s.row.cells
  line(tip, value.textContent, name.textContent)
  const old = before?.querySelector("small")
  if (old) line(tip, before.querySelector("span").textContent, old.textContent, "old")
  const notes = [...s.row.querySelectorAll(".note")].map((n) => n.textContent)
  if (notes.length > 3) notes.splice(2, notes.length, `+ ${notes.length - 2}`)
  for (const note of notes) line(tip, "", note, "note")
  if (touch && s.link) line(tip, "", chart.dataset.tap, "hint")
  const room = plot.getBoundingClientRect(), wide = tip.offsetWidth, x = (s.x / 100) * room.width
  let left = x + 14 + wide > room.width + 2 ? Math.max(x - wide - 14, -30) : x + 14
  if (left < x && left + wide > x) left = Math.min(left, room.width - wide)
  tip.style.left = `${left}px`
  tip.style.top = `${Math.min(Math.max(((s.y < 0 ? 50 : s.y) / 100) * room.height - tip.offsetHeight - 6, 0), Math.max(room.height - tip.offsetHeight, 0))}px`
}

// line adds a line to the tip: a figure and whose it is, or a text alone.
function line(tip, value, name, kind) {
  const box = tip.appendChild(document.createElement("div"))
  const when = document.createElement("i")
  when.textContent = name.replace(/\s+/g, " ").trim()
  if (kind) box.className = kind
  if (value) {
    const figure = box.appendChild(document.createElement("b"))
    figure.textContent = value.trim()
  }
  box.append(when)
}

function put(plot, name, x, y) {
  const e = document.createElement("div")
  e.className = name
  e.style.left = `${x}%`
  if (y !== undefined) e.style.top = `${y}%`
  return plot.appendChild(e)
}

begin()
document.addEventListener("swap", begin)
addEventListener("resize", () => chart?.isConnected && tell(-1))
