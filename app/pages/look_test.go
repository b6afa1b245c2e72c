package pages_test

// lookers are the functions that look at a page from the inside. axe-core is there already.
const lookers = `
	// axeFaults returns what axe finds serious or critical, a line each.
	window.axeFaults = async (what, rules) => {
		const found = await axe.run(what, {resultTypes: ["violations"], preload: false, iframes: false, ...rules})
		return found.violations.filter((v) => v.impact === "serious" || v.impact === "critical").map((v) =>
			v.id + ": " + v.help + ": " + v.nodes.slice(0, 4).map((n) => n.target.join(" ") + " (" + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? "") + ")").join("; "))
	}
	// eachOpen opens what opens, one after another, calls do with each and closes it again.
	window.eachOpen = async (boxes, open, close, act) => {
		const all = []
		for (const box of document.querySelectorAll(boxes)) {
			if (!box.checkVisibility()) continue
			open(box)
			all.push(...await act(box))
			close(box)
		}
		return all
	}
	// axeMenu does so with the nth of what can be opened, opened.
	window.axeMenu = async (nth, rules) => {
		const d = document.querySelectorAll("details")[nth]
		if (d.open || !d.checkVisibility()) return []
		d.open = true
		const found = await axeFaults(d, rules)
		d.open = false
		return found
	}
	// tooWide names what sticks out at the side, with all closed and with each menu open; "" for nothing.
	window.tooWide = async () => {
		const out = (when) => {
			if (document.documentElement.scrollWidth <= innerWidth) return []
			const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && e.checkVisibility())
			return [when + wide.slice(0, 4).map((e) => e.tagName + "." + (e.className.baseVal ?? e.className)).join(", ")]
		}
		const opened = await eachOpen("details:not([open])", (d) => d.open = true, (d) => d.open = false, (d) => out("with " + (d.querySelector("summary")?.textContent ?? "a menu").trim() + " open: "))
		return [...out(""), ...opened].join("; ")
	}
`
