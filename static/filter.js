// Filters and segments in a dialog: a link with data-dialog leads to a page whose form is shown over this one, and forms in it
// are sent from there. In a filter's form, what is typed is looked up in the site's data, and what is chosen stands above.
// Without this module the links lead to the pages themselves, whose forms do the same.
const parse = (text) => new DOMParser().parseFromString(text, "text/html")
let box = null

// The page that an answer is: shown in the dialog where it has a part for it, else taken over whole.
async function take(answer) {
  const html = await answer.text()
  const page = parse(html)
  const body = page.querySelector("[data-dialog-body]")
  if (body) return fill(page, body)
  close()
  document.dispatchEvent(new CustomEvent("visit", { detail: { url: answer.url, html } }))
}

async function ask(url, options) {
  try {
    await take(await fetch(url, { headers: { Accept: "text/html" }, ...options }))
  } catch {
    location.assign(url)
  }
}

function fill(page, body) {
  for (const sheet of page.querySelectorAll("link[rel=stylesheet]")) {
    if (![...document.styleSheets].some((s) => s.href === sheet.href)) document.head.append(document.adoptNode(sheet))
  }
  const focus = document.activeElement?.name
  document.adoptNode(body)
  if (!document.querySelector("dialog.dialog[open]") && document.querySelector("main [data-dialog-body]")) {
    document.querySelector("main [data-dialog-body]").replaceWith(body) // the page itself
  } else {
    if (!box) open()
    box.replaceChildren(body)
    box.setAttribute("aria-label", body.querySelector("h1").textContent)
  }
  ready(body)
  const field = focus === "by" ? body.querySelector("[name=by]") : body.querySelector("input[type=text]")
  field?.focus()
}

function open() {
  box = document.createElement("dialog")
  box.className = "dialog"
  box.addEventListener("keydown", (e) => e.stopPropagation()) // the page's keys are not the dialog's
  box.addEventListener("click", (e) => {
    if (e.target === box) close()
  })
  box.addEventListener("close", () => (box?.remove(), (box = null)))
  document.body.append(box)
  box.showModal()
}

function close() {
  box?.close()
}

document.addEventListener("click", (e) => {
  if (e.defaultPrevented || e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return
  const link = e.target.closest("a[data-dialog], .dialog a[data-close], .dialog a[data-visit]")
  if (!link) return
  e.preventDefault()
  if ("close" in link.dataset) return close()
  link.closest("details.menu")?.removeAttribute("open")
  ask(link.href)
}, true)

document.addEventListener("submit", (e) => {
  const form = e.target
  if (!form.closest("[data-dialog-body]")) return
  const data = new URLSearchParams(new FormData(form, e.submitter))
  const action = e.submitter?.getAttribute("formaction") ?? form.getAttribute("action")
  const post = form.method === "post"
  if (!box && (post || data.has("apply"))) return // a page of its own: the browser goes where the form leads
  e.preventDefault()
  ask(post ? action : action + "?" + data, post ? { method: "post", body: data } : undefined)
})

// What can be done in a filter's form.
function ready(form) {
  const text = form.querySelector(".values input[type=text]")
  if (!text) return
  const chips = form.querySelector(".chips"), options = form.querySelector(".options")
  const first = [...options.children]
  let waiting = 0, asked = 0

  const choose = (label, focus) => {
    const next = !text.value && (label.nextElementSibling ?? label.previousElementSibling)?.querySelector("input")
    label.className = "chip"
    chips.append(label)
    if (text.value) clear()
    if (focus) (next || text).focus()
  }
  const clear = () => {
    text.value = ""
    clearTimeout(waiting)
    asked++
    show(first)
  }
  const add = (value) => {
    const all = [...options.querySelectorAll("input")]
    const known = all.find((i) => i.value === value) ?? all.find((i) => i.nextElementSibling.textContent.toLowerCase() === value.toLowerCase())
    if (known) {
      known.checked = true
      choose(known.closest("label"))
    } else if (![...chips.querySelectorAll("input")].some((i) => i.value === value)) choose(option({ value, name: value }, true))
    clear()
  }
  const option = ({ value, name, visitors }, checked = false) => {
    const label = document.createElement("label"), input = document.createElement("input"), said = document.createElement("bdi"), count = document.createElement("span")
    Object.assign(input, { type: "checkbox", name: "value", value, checked })
    said.textContent = name
    count.textContent = visitors ?? ""
    label.append(input, said, count)
    return label
  }
  const show = (labels) => {
    const chosen = new Set([...chips.querySelectorAll("input")].map((i) => i.value))
    options.replaceChildren(...labels.filter((l) => !chosen.has(l.querySelector("input").value)))
    options.scrollTop = 0
    options.classList.toggle("nothing", !options.children.length && text.value.trim() !== "")
  }
  const look = async () => {
    const mine = ++asked
    if (!text.value.trim()) return show(first)
    const query = new URLSearchParams({ by: form.elements.by.value, text: text.value.trim(), back: form.elements.back.value })
    const answer = await fetch(form.dataset.values + "?" + query, { headers: { Accept: "application/json" } })
    if (answer.ok && mine === asked) show((await answer.json()).values.map((v) => option(v)))
  }

  text.addEventListener("input", () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => look().catch(() => {}), 120)
  })
  form.addEventListener("change", (e) => {
    if (e.target === form.elements.by) {
      const data = new URLSearchParams(new FormData(form))
      data.delete("value")
      return ask(form.getAttribute("action") + "?" + data)
    }
    const label = e.target.closest(".values label")
    if (!label || e.target.type !== "checkbox") return
    if (e.target.checked) choose(label, true)
    else if (label.parentElement === chips) {
      label.remove()
      label.className = ""
      if (!first.includes(label)) first.unshift(option({ value: e.target.value, name: label.textContent.trim() }))
      show(first)
      text.focus()
    }
  })
  form.addEventListener("keydown", (e) => {
    if (e.isComposing) return
    const boxes = [...options.querySelectorAll("input")], at = boxes.indexOf(e.target)
    if (e.target === text && e.key === "Enter" && text.value.trim()) add(text.value.trim())
    else if (e.target === text && e.key === "Backspace" && !text.value && chips.lastElementChild) chips.lastElementChild.querySelector("input").click()
    else if (e.key === "ArrowDown" && (e.target === text || at >= 0)) (boxes[at + 1] ?? boxes[at])?.focus()
    else if (e.key === "ArrowUp" && at >= 0) (boxes[at - 1] ?? text).focus()
    else if (e.key === "Enter" && at >= 0) e.target.click()
    else return
    e.preventDefault()
  })
}

for (const body of document.querySelectorAll("main .filterform")) ready(body)
