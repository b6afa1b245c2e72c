// The keyboard. A link with data-key is followed when its key is pressed, one with data-go when its key follows G; 1–9 open
// the sites of the switcher, I steps through the chart's intervals, C opens the dates, / the filter or the search field,
// . copies the address, ? shows the list of all keys. Not while typing, not with a modifier, not under a dialog.
const typing = "input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]"
let going = -Infinity // when G was pressed

addEventListener("keydown", (e) => {
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return
  if (e.target.closest?.(typing) || document.querySelector("dialog[open]")) return
  const key = e.key.length === 1 ? e.key.toUpperCase() : e.key
  if (e.shiftKey && /^[A-Z]$|^Arrow/.test(key)) return
  if (key.startsWith("Arrow") && e.target.closest?.(".scroll, [role=tablist], [type=radio]")) return
  const went = e.timeStamp - going < 1500
  going = -Infinity
  if (went && follow(`[data-go="${CSS.escape(key)}"]`, e)) return
  if (key === "G") return void (going = e.timeStamp)
  if (key >= "1" && key <= "9") return click([...document.querySelectorAll(".sites .drop a, .cards h2 a")].find((a) => a.querySelector("kbd")?.textContent === key), e)
  if (key === "I") {
    const list = [...document.querySelectorAll(".intervals a")]
    return click(list[(list.findIndex((a) => a.classList.contains("on")) + 1) % list.length], e)
  }
  if (key === "C") return open(".steps details", "[name=from]", e)
  if (key === ".") return copy()
  if (key === "/") {
    const search = document.querySelector("[type=search]")
    if (!search) return click(document.querySelector(".filter [data-first]"), e)
    search.focus()
    return e.preventDefault()
  }
  follow(`[data-key="${CSS.escape(key)}"]`, e)
})

function follow(selector, e) {
  return click(document.querySelector(selector), e)
}

function click(link, e) {
  if (!link) return false
  e.preventDefault()
  link.click()
  return true
}

function open(menu, field, e) {
  const box = document.querySelector(menu)?.closest("details")
  if (!box) return
  box.open = true
  box.querySelector(field)?.focus()
  e.preventDefault()
}

// copy puts the address on the clipboard and says so for a moment.
async function copy() {
  await navigator.clipboard?.writeText(location.href) // there is none on a plain http address
  if (!navigator.clipboard) return
  const said = Object.assign(document.createElement("p"), { className: "toast", textContent: document.body.dataset.copied })
  said.setAttribute("role", "status")
  document.body.append(said)
  setTimeout(() => said.remove(), 1600)
}

// The link to the list of keys shows it over the page. Escape closes it, and the focus goes back to where it was.
document.addEventListener("click", async (e) => {
  const link = e.target.closest("a[data-help]")
  if (!link || e.button || e.ctrlKey || e.metaKey || e.shiftKey) return
  e.preventDefault()
  const menu = link.closest("details[open]")
  try {
    const page = new DOMParser().parseFromString(await (await fetch(link.href)).text(), "text/html")
    const dialog = document.createElement("dialog")
    dialog.className = "help"
    dialog.setAttribute("aria-label", page.querySelector("h1").textContent)
    const form = Object.assign(document.createElement("form"), { method: "dialog" })
    form.append(Object.assign(document.createElement("button"), { className: "button second small", autofocus: true, textContent: link.dataset.help }))
    dialog.append(form, document.adoptNode(page.querySelector(".keys")))
    dialog.addEventListener("close", () => dialog.remove())
    dialog.addEventListener("click", (e) => e.target === dialog && dialog.close())
    if (menu) {
      menu.open = false
      menu.querySelector("summary").focus()
    }
    document.body.append(dialog)
    dialog.showModal()
  } catch {
    location.assign(link.href)
  }
})
