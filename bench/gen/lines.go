package gen

import (
	"bufio"
	"io"
	"strconv"
	"time"

	"sandprint/app/store"
)

// WriteLines writes the data set to w as lines that `sandprint import hits` reads, and returns their number. Regions
// and cities are left out: that format has countries only.
func (g *Generator) WriteLines(w io.Writer) (lines int64, err error) {
	out := bufio.NewWriterSize(w, 1<<16)
	var line []byte
	for day := range g.marks() {
		for i := range day {
			line = g.appendLine(line[:0], &day[i])
			if _, err := out.Write(line); err != nil {
				return lines, err
			}
			lines++
		}
	}
	return lines, out.Flush()
}

// appendLine appends m as one line. No text of the catalogue but the properties needs JSON escapes.
func (g *Generator) appendLine(b []byte, m *mark) []byte {
	v, src, p := m.visit, &g.site.sources[m.visit.source], &g.site.pages[m.page].page
	text := func(key, value string) {
		b = append(append(append(append(b, `,"`...), key...), `":"`...), value...)
		b = append(b, '"')
	}
	number := func(key string, n int64) {
		b = strconv.AppendInt(append(append(append(b, `,"`...), key...), `":`...), n, 10)
	}
	b = append(b, `{"ts":"`...)
	b = append(time.Unix(m.at, 0).UTC().AppendFormat(b, time.RFC3339), '"')
	switch m.kind {
	case store.Pageview:
		text("n", "pageview")
	case store.Engage:
		text("n", "engage")
	default:
		text("n", m.event.name)
	}
	text("i", viewID(m.view))
	b = append(append(append(b, `,"u":"https://`...), p.Host...), p.Path...)
	if src.query != "" && m.kind == store.Pageview && m.at == v.start {
		b = append(append(b, '?'), src.query...)
	}
	b = append(b, '"')
	text("visitor", strconv.FormatUint(v.key, 36))
	text("ua", v.person.agent.text)
	text("cc", v.person.place.place.Country)
	switch m.kind {
	case store.Pageview:
		if src.referrer != "" && m.at == v.start {
			text("r", src.referrer)
		}
		text("t", p.Title)
		text("l", v.person.place.language)
		number("w", int64(v.person.screen.width))
		number("h", int64(v.person.screen.height))
	case store.Engage:
		height := int64(v.person.screen.height) * 4
		number("q", int64(m.seq))
		number("e", int64(m.engaged))
		number("d", (height*int64(m.scroll)+50)/100)
		number("H", height)
	default:
		number("q", int64(m.seq))
		b = append(append(b, `,"p":`...), m.event.props...)
		if m.event.amount != 0 {
			number(`$":{"a`, m.event.amount)
			b = append(b, `,"c":"EUR"}`...)
		}
	}
	return append(b, '}', '\n')
}
