// A calendar under the two date fields of a form (form[data-calendar]), made when its menu opens: the first press chooses the
// first day, the second the last one, which sends the form. Arrows move by days and weeks, Page Up and Page Down by months,
// Home and End within the week. The fields' min and max bound it.
const iso = (d) => d.toISOString().slice(0, 10)
const day = (text) => new Date(text + "T00:00Z")
const moved = (text, days) => iso(new Date(day(text).getTime() + days * 864e5))

function build(form) {
  const [from, to] = form.querySelectorAll("input[type=date]")
  const { lang } = document.documentElement, locale = lang === "en" ? "en-GB" : lang // as the pages write dates
  const write = (options) => new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" })
  const month = write({ month: "long", year: "numeric" }), whole = write({ dateStyle: "full" }), weekday = write({ weekday: "short" })
  const inside = (d) => (d < from.min ? from.min : from.max && d > from.max ? from.max : d)
  let on = inside(to.value || from.max || iso(new Date())), first = ""

  const box = make("div", "cal", form)
  const head = make("div", "calhead", box)
  const back = step(-1, form.dataset.earlier, "‹"), name = make("b", "", head), next = step(1, form.dataset.later, "›")
  name.setAttribute("aria-live", "polite")
  const table = make("table", "", box), said = make("p", "muted", box)
  said.setAttribute("role", "status")
  head.append(back, name, next)

  function step(by, label, sign) {
    const button = make("button", "pick bare square", head)
    button.type = "button"
    button.setAttribute("aria-label", label)
    button.textContent = sign
    button.addEventListener("click", () => draw((on = months(by))))
    return button
  }

  function months(by) {
    const d = day(on), last = new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + by + 1, 0))
    last.setUTCDate(Math.min(d.getUTCDate(), last.getUTCDate()))
    return inside(iso(last))
  }

  function draw(focused) {
    const start = on.slice(0, 8) + "01", lead = (day(start).getUTCDay() + 6) % 7
    const [low, high] = first ? [first, on].sort() : [from.value, to.value]
    name.textContent = month.format(day(on))
    back.disabled = !!from.min && moved(start, -1) < from.min
    next.disabled = !!from.max && months(1).slice(0, 7) === on.slice(0, 7)
    said.textContent = first ? form.dataset.last : form.dataset.first
    table.replaceChildren()
    const names = make("tr", "", make("thead", "", table)), body = make("tbody", "", table)
    for (let i = 0; i < 7; i++) make("th", "", names).textContent = weekday.format(day(moved("2024-01-01", i)))
    for (let d = moved(start, -lead); d <= start || d.slice(0, 7) === on.slice(0, 7); d = moved(d, 7)) {
      const week = make("tr", "", body)
      for (let i = 0; i < 7; i++) {
        const date = moved(d, i), cell = make("td", "", week)
        if (date.slice(0, 7) !== on.slice(0, 7)) continue
        const button = make("button", date === low || date === high ? "chosen" : date > low && date < high ? "between" : "", cell)
        button.type = "button"
        button.textContent = String(Number(date.slice(8)))
        button.dataset.day = date
        button.disabled = inside(date) !== date
        button.tabIndex = date === on ? 0 : -1
        button.setAttribute("aria-label", whole.format(day(date)))
        button.setAttribute("aria-pressed", String(date >= low && date <= high))
        if (date === on && focused === true) button.focus()
      }
    }
  }

  table.addEventListener("click", (e) => {
    const date = e.target.dataset.day
    if (!date) return
    e.stopPropagation() // the button is about to be replaced: menus would take this for a click outside
    on = date
    if (!first) first = from.value = to.value = date
    else {
      ;[from.value, to.value] = [first, date].sort()
      first = ""
      form.requestSubmit()
    }
    draw(true)
  })
  table.addEventListener("pointerover", (e) => {
    if (!first || e.pointerType !== "mouse" || !e.target.dataset.day) return
    const [low, high] = [first, e.target.dataset.day].sort()
    for (const b of table.querySelectorAll("button")) b.className = b.dataset.day === low || b.dataset.day === high ? "chosen" : b.dataset.day > low && b.dataset.day < high ? "between" : ""
  })
  table.addEventListener("keydown", (e) => {
    const week = (day(on).getUTCDay() + 6) % 7
    const to = { ArrowLeft: moved(on, -1), ArrowRight: moved(on, 1), ArrowUp: moved(on, -7), ArrowDown: moved(on, 7), Home: moved(on, -week), End: moved(on, 6 - week), PageUp: months(-1), PageDown: months(1) }[e.key]
    if (!to || e.altKey || e.ctrlKey || e.metaKey) return
    e.preventDefault()
    on = inside(to)
    draw(true)
  })
  form.addEventListener("input", () => {
    first = ""
    if (from.value) on = inside(to.value || from.value)
    draw()
  })
  draw()
}

function make(tag, name, parent) {
  const e = document.createElement(tag)
  if (name) e.className = name
  return parent.appendChild(e)
}

document.addEventListener(
  "toggle",
  (e) => {
    if (e.target.open) for (const form of e.target.querySelectorAll("form[data-calendar]")) if (!form.querySelector(".cal")) build(form)
  },
  true,
)
