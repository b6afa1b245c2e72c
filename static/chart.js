// Reads the chart's values under the pointer, the finger or the arrow keys (with the chart in focus).
// The server put what each bucket says into its <title> ("name: value", the comparison on a second line) and where its
// points are into data-at ("x y then", in percent of the drawing, -1 for none).
let chart, spots, at

function begin() {
  chart = document.querySelector("[data-chart]")
  if (!chart) return
  const plot = chart.querySelector(".plot")
  chart.classList.add("read")
  at = -1
  spots = [...chart.querySelectorAll(".spots rect")].map((rect) => {
    const title = rect.querySelector("title")
    const [x, y, then] = rect.dataset.at.split(" ").map(Number)
    const lines = title.textContent.split("\n").map((line) => [line.slice(0, line.lastIndexOf(": ")), line.slice(line.lastIndexOf(": ") + 2)])
    title.remove()
    return { x, y, then, lines, link: rect.closest("a") }
  })
  plot.tabIndex = 0
  plot.setAttribute("role", "group")
  plot.setAttribute("aria-label", chart.querySelector("title").textContent)
  plot.addEventListener("pointermove", (e) => point(e, plot))
  plot.addEventListener("pointerdown", (e) => point(e, plot))
  plot.addEventListener("pointerleave", (e) => e.pointerType === "mouse" && tell(-1))
  plot.addEventListener("blur", () => tell(-1))
  plot.addEventListener("keydown", keys)
}

function point(e, plot) {
  const box = plot.getBoundingClientRect()
  const x = (100 * (e.clientX - box.left)) / box.width
  let best = -1
  spots.forEach((s, i) => (best < 0 || Math.abs(s.x - x) < Math.abs(spots[best].x - x)) && (best = i))
  tell(best)
}

function keys(e) {
  const last = spots.length - 1
  const to = { ArrowLeft: at < 0 ? last : Math.max(at - 1, 0), ArrowRight: Math.min(at + 1, last), Home: 0, End: last }[e.key]
  if (e.altKey || e.ctrlKey || e.metaKey) return
  if (to !== undefined) {
    e.preventDefault()
    e.stopPropagation()
    tell(to)
  } else if (e.key === "Enter" && spots[at]?.link) spots[at].link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }))
}

function tell(i) {
  if (i === at) return
  at = i
  const plot = chart.querySelector(".plot")
  plot.querySelectorAll(".at, .hair, .tip").forEach((e) => e.remove())
  const s = spots[i]
  if (!s) return
  const hair = put(plot, "hair", s.x)
  hair.style.top = 0
  if (s.then >= 0) put(plot, "at old", s.x, s.then)
  if (s.y >= 0) put(plot, "at", s.x, s.y)
  const tip = put(plot, "tip", s.x, 0)
  tip.setAttribute("role", "status")
  s.lines.forEach(([name, value], n) => {
    const line = document.createElement("div")
    const figure = document.createElement("b")
    const when = document.createElement("i")
    figure.textContent = value
    when.textContent = name
    if (n) figure.className = "old"
    line.append(figure, when)
    tip.append(line)
  })
  const room = plot.getBoundingClientRect(), wide = tip.offsetWidth, x = (s.x / 100) * room.width
  const left = x + 14 + wide > room.width + 2 ? Math.max(x - wide - 14, -30) : x + 14
  tip.style.left = `${left}px`
  tip.style.top = `${Math.min(Math.max(((s.y < 0 ? 50 : s.y) / 100) * room.height - tip.offsetHeight - 6, 0), room.height - tip.offsetHeight)}px`
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
