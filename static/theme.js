// The theme switch: system, light or dark, kept in the cookie "theme" so that the server draws the next page in it.
const box = document.querySelector("[data-theme-switch]")
if (box) {
  box.hidden = false
  box.addEventListener("click", (e) => {
    const theme = e.target.closest("button")?.value
    if (!theme) return
    document.documentElement.dataset.theme = theme
    const age = theme === "system" ? 0 : 34560000 // 400 days, the longest that browsers keep
    document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax` + (location.protocol === "https:" ? "; secure" : "")
    for (const b of box.querySelectorAll("button")) b.setAttribute("aria-pressed", b.value === theme)
  })
}
