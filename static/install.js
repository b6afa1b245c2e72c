// The install page waits for the first page to be read (data-wait: address of the live events) and says which it was.
const box = document.querySelector("[data-wait]")
if (box?.dataset.wait) {
  const source = new EventSource(box.dataset.wait)
  source.addEventListener("live", (e) => {
    const page = JSON.parse(e.data).pages[0]?.page
    if (!page) return
    source.close()
    const line = document.createElement("p")
    line.append(Object.assign(document.createElement("strong"), { textContent: box.dataset.seen.replace("%s", page) }))
    box.querySelector(".waiting").replaceWith(line)
    box.querySelector(".hint")?.remove()
  })
}
