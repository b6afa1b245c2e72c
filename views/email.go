package views

import (
	"fmt"
	"strings"
	"time"

	"github.com/a-h/templ"

	"sandprint/app/report"
)

// Mail is the report of a week, as it is sent by e-mail: once as text and once as tables that mail programs draw alike.
// Nothing in it is loaded from anywhere, so nobody learns that it was read.
type Mail struct {
	Words  *Words
	Site   string // domain
	Origin string // scheme and host that its one link leads to
	Totals report.Answer
	Lists  []MailList
	How    string // visitors were counted, and what that does to the figures
	Inline bool   // styles stand at each element, as mail programs want it; otherwise in classes, as the preview's page does
}

// MailList is a table of a mail.
type MailList struct {
	Name, Empty string
	Answer      report.Answer
}

// MailMetrics are the figures of a mail.
var MailMetrics = []report.Metric{report.Visitors, report.Visits, report.Pageviews, report.BounceRate, report.VisitDuration}

// mailRows is how many rows a table of a mail has.
const mailRows = 5

// MailTab is a table that a mail asks for.
type MailTab struct {
	By          report.Dimension
	Metric      report.Metric
	Name, Empty string
}

// MailTabs are the tables of a mail.
var MailTabs = []MailTab{
	{"page", report.Visitors, "Pages", "No page was read in this period."},
	{"source", report.Visitors, "Sources", "No visits in this period."},
	{"goal", report.Conversions, "Goals", "No goal was reached in this period."},
}

// Query makes a question the one of the table.
func (t MailTab) Query(q report.Query) report.Query {
	q.By, q.Metrics, q.Limit = t.By, []report.Metric{t.Metric}, mailRows
	return q
}

// Subject is the mail's: "kiln-and-sea.example: 1,234 visitors, +5%".
func (m Mail) Subject() string {
	s := m.Words.F("%s: %s visitors", m.Site, m.Words.Exact(m.Totals.Totals[0].Number))
	if change := m.change(0); change != "" {
		s += ", " + change
	}
	return s
}

// Week names the days of the mail.
func (m Mail) Week() string {
	p := m.Totals.Query.Period
	return m.Words.span(p.From, p.To)
}

// change returns how a figure moved against the week before, or "".
func (m Mail) change(i int) string {
	if m.Totals.Previous == nil {
		return ""
	}
	text, _ := m.Words.Change(MailMetrics[i], m.Totals.Totals[i], m.Totals.Previous[i])
	return text
}

// rowChange returns how a row moved, or "".
func (l MailList) rowChange(w *Words, r report.Row) string {
	if r.Previous == nil {
		return ""
	}
	text, _ := w.Change(l.Answer.Query.Metrics[0], r.Values[0], r.Previous[0])
	return text
}

// Link is where the mail leads: the dashboard of its week.
func (m Mail) Link() string {
	from, to := m.Totals.Query.Period.Dates()
	return m.Origin + NewView(m.Site, nil, nil).days(from, to).URL()
}

// mailStyles are the looks of a mail's elements. Mail programs know little: no variables, no grid, sizes in pixels.
var mailStyles = []struct {
	name, css string
	old       [][2]string // attributes for mail programs that know no styles
}{
	{"mailpage", "width:100%;background:#faf6ef;color:#23201b;font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;font-size:15px;line-height:1.45", nil},
	{"mailbox", "width:100%;max-width:600px;margin:0 auto;border-collapse:collapse;background:#fffdf9", [][2]string{{"width", "600"}, {"align", "center"}, {"cellpadding", "0"}, {"cellspacing", "0"}}},
	{"mailin", "padding:28px 28px 24px", nil},
	{"mailname", "margin:0;font-size:20px;font-weight:600;color:#23201b", nil},
	{"mailquiet", "margin:0;font-size:13px;color:#665f55", nil},
	{"mailfigures", "width:100%;border-collapse:collapse;margin:22px 0 0", [][2]string{{"width", "100%"}, {"cellpadding", "0"}, {"cellspacing", "0"}}},
	{"mailfigure", "padding:10px 8px 10px 0;border-bottom:1px solid #e6ded0;text-align:left", [][2]string{{"align", "left"}}},
	{"mailnum", "padding:10px 0 10px 8px;border-bottom:1px solid #e6ded0;text-align:right;font-weight:600;white-space:nowrap", [][2]string{{"align", "right"}}},
	{"mailchange", "padding:10px 0 10px 12px;border-bottom:1px solid #e6ded0;text-align:right;font-size:13px;color:#665f55;white-space:nowrap", [][2]string{{"align", "right"}}},
	{"mailhead", "padding:26px 0 6px;border-bottom:2px solid #23201b;text-align:left;font-size:15px;font-weight:600;color:#23201b", [][2]string{{"align", "left"}}},
	{"mailunit", "padding:26px 0 6px;border-bottom:2px solid #23201b;text-align:right;vertical-align:bottom;font-size:13px;font-weight:400;color:#665f55", [][2]string{{"align", "right"}}},
	{"mailcell", "padding:7px 8px 7px 0;border-bottom:1px solid #e6ded0;text-align:left;word-break:break-word", [][2]string{{"align", "left"}}},
	{"mailbutton", "display:inline-block;margin:26px 0 0;padding:11px 18px;border-radius:6px;background:#0b686c;color:#fffdf9;font-weight:600;text-decoration:none", nil},
}

// css gives an element its look.
func (m Mail) css(name string) templ.Attributes {
	if !m.Inline {
		return templ.Attributes{"class": name}
	}
	for _, s := range mailStyles {
		if s.name == name {
			attrs := templ.Attributes{"style": s.css}
			for _, a := range s.old {
				attrs[a[0]] = a[1]
			}
			return attrs
		}
	}
	panic("views: no style of a mail is called " + name)
}

// MailSheet returns the looks as a style sheet, for the preview's page.
func MailSheet() string {
	var b strings.Builder
	for _, s := range mailStyles {
		fmt.Fprintf(&b, ".%s{%s}", s.name, s.css)
	}
	return b.String()
}

// Text is the mail as plain text, in lines of at most 72 characters where a name allows it.
func (m Mail) Text() string {
	w := m.Words
	var b strings.Builder
	line := func(name, value, change string) {
		fmt.Fprintf(&b, "  %s%s%s%s\n", padded(name, 42), strings.Repeat(" ", max(0, 12-len([]rune(value)))), value, aside(change))
	}
	fmt.Fprintf(&b, "%s\n%s\n\n", m.Site, w.F("The week of %s, compared with the one before", m.Week()))
	for i, metric := range MailMetrics {
		line(w.T(metricNames[metric]), w.FullFigure(metric, m.Totals.Totals[i]), m.change(i))
	}
	for _, l := range m.Lists {
		fmt.Fprintf(&b, "\n%s (%s)\n", w.T(l.Name), w.T(metricNames[l.Answer.Query.Metrics[0]]))
		for _, r := range l.Answer.Rows {
			line(w.valueName(l.Answer.Query.By, r.Name), w.FullFigure(l.Answer.Query.Metrics[0], r.Values[0]), l.rowChange(w, r))
		}
		if len(l.Answer.Rows) == 0 {
			b.WriteString("  " + w.T(l.Empty) + "\n")
		}
	}
	fmt.Fprintf(&b, "\n%s\n%s\n\n%s\n\n%s\n", w.T("Open the dashboard:"), m.Link(), wrapped(m.How+".", 72), wrapped(w.T("Nothing in this mail is loaded from anywhere, so nobody learns that you read it."), 72))
	return b.String()
}

// wrapped breaks a sentence between words into lines of at most a width.
func wrapped(text string, width int) string {
	var b strings.Builder
	at := 0
	for _, word := range strings.Split(text, " ") {
		n := len([]rune(word))
		switch {
		case at == 0:
		case at+1+n > width:
			b.WriteByte('\n')
			at = 0
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}

// padded fills a name up with spaces to a width, or cuts it there.
func padded(name string, width int) string {
	runes := []rune(strings.Join(strings.Fields(name), " "))
	if len(runes) > width {
		return string(runes[:width-1]) + "…"
	}
	return string(runes) + strings.Repeat(" ", width-len(runes))
}

func aside(change string) string {
	if change == "" {
		return ""
	}
	return "  " + change
}

// LastWeek returns the first and last day of the last whole week before now, Monday to Sunday.
func LastWeek(now time.Time) (from, to string) {
	monday := now.AddDate(0, 0, -7-(int(now.Weekday())+6)%7)
	return monday.Format(time.DateOnly), monday.AddDate(0, 0, 6).Format(time.DateOnly)
}
