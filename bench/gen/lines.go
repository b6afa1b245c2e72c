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

// appendLine appends m as one line.
func (g *Generator) appendLine(b []byte, m *mark) []byte {
	v := m.visit
	b = append(b, `{"ts":"`...)
	b = append(time.Unix(m.at, 0).UTC().AppendFormat(b, time.RFC3339), '"')
	b = appendText(b, "visitor", strconv.FormatUint(v.key, 36))
	b = appendText(b, "ua", v.person.agent.text)
	b = appendText(b, "cc", v.person.place.place.Country)
	return append(g.appendHit(b, m), '}', '\n')
}

// appendHit appends the keys that say what m is, the first after a comma. No text of the catalogue but the properties
// of events, which are JSON already, needs escapes.
func (g *Generator) appendHit(b []byte, m *mark) []byte {
	v, src, p := m.visit, &g.site.sources[m.visit.source], &g.site.pages[m.page].page
	first := m.kind == store.Pageview && m.at == v.start // the page that the visitor came to
	name := "engage"
	switch m.kind {
	case store.Pageview:
		name = "pageview"
	case store.Event:
		name = m.event.name
	}
	b = appendText(b, "n", name)
	b = appendText(b, "i", viewID(m.view))
	b = append(append(append(b, `,"u":"https://`...), p.Host...), p.Path...)
	if first && src.query != "" {
		b = append(append(b, '?'), src.query...)
	}
	b = append(b, '"')
	switch m.kind {
	case store.Pageview:
		if first && src.referrer != "" {
			b = appendText(b, "r", src.referrer)
		}
		b = appendText(b, "t", p.Title)
		b = appendText(b, "l", v.person.place.language)
		b = appendNumber(b, "w", int64(v.person.screen.width))
		return appendNumber(b, "h", int64(v.person.screen.height))
	case store.Engage:
		height := int64(v.person.screen.height) * 4
		b = appendNumber(b, "q", int64(m.seq))
		b = appendNumber(b, "e", int64(m.engaged))
		b = appendNumber(b, "d", (height*int64(m.scroll)+50)/100)
		return appendNumber(b, "H", height)
	}
	b = appendNumber(b, "q", int64(m.seq))
	b = append(append(b, `,"p":`...), m.event.props...)
	if m.event.amount != 0 {
		b = append(strconv.AppendInt(append(b, `,"$":{"a":`...), m.event.amount, 10), `,"c":"EUR"}`...)
	}
	return b
}

func appendText(b []byte, key, value string) []byte {
	b = append(append(append(append(b, `,"`...), key...), `":"`...), value...)
	return append(b, '"')
}

func appendNumber(b []byte, key string, n int64) []byte {
	return strconv.AppendInt(append(append(append(b, `,"`...), key...), `":`...), n, 10)
}
