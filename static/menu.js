// Menus (details.menu) close when the eye is elsewhere: one open at a time, Escape and clicks outside close it.
// Copy buttons (data-copy="#id") put the text of that element on the clipboard and say so for a moment.
const open = () => document.querySelectorAll("details.menu[open]")

document.addEventListener("click", (e) => {
  const mine = e.target.closest("details.menu")
  for (const d of open()) if (d !== mine) d.open = false
})

document.addEventListener("keydown", (e) => {
  if (e.key !== "Escape") return
  for (const d of open()) {
    d.open = false
    d.querySelector("summary").focus()
    e.preventDefault() // the key is used up: it clears no filters
  }
})

document.addEventListener("click", async (e) => {
  const button = e.target.closest("[data-copy]")
  const from = button && document.querySelector(button.dataset.copy)
  if (!from) return
  if (!navigator.clipboard) return getSelection().selectAllChildren(from) // on a plain http address: ready for Ctrl-C
  await navigator.clipboard.writeText(from.value ?? from.textContent)
  const said = button.textContent
  button.textContent = button.dataset.copied ?? "Copied"
  setTimeout(() => (button.textContent = said), 1600)
})
