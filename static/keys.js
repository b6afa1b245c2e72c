// The keyboard: a link with data-key is followed when its key is pressed, 1–9 open the sites of the switcher, I steps
// through the chart's intervals, C opens the dates, / the filter or the search field. Not while typing, not with a
// modifier. The period keys are those that users of Plausible know.
addEventListener("keydown", (e) => {
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return
  if (e.target.closest?.("input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]")) return
  const key = e.key.length === 1 ? e.key.toUpperCase() : e.key
  const go = (link) => (link ? (link.click(), e.preventDefault()) : undefined)
  const open = (menu, field) => {
    const box = document.querySelector(menu)
    if (!box) return
    box.closest("details").open = true
    box.closest("details").querySelector(field)?.focus()
    e.preventDefault()
  }
  if (key >= "1" && key <= "9") return go([...document.querySelectorAll(".sites .drop a")].find((a) => a.querySelector("kbd")?.textContent === key))
  if (key === "I") {
    const list = [...document.querySelectorAll(".intervals a")]
    return go(list[(list.findIndex((a) => a.classList.contains("on")) + 1) % list.length])
  }
  if (key === "C") return open(".steps details", "[name=from]")
  if (key === "/") {
    const search = document.querySelector("[type=search]")
    if (!search) return open(".filter", "select")
    search.focus()
    return e.preventDefault()
  }
  go(document.querySelector(`[data-key="${CSS.escape(key)}"]`))
})
