package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// pair is one member of a JSON object whose members have an order.
type pair struct {
	key   string
	value any
}

// object is a JSON object that keeps its order.
type object []pair

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := plainJSON(m.key)
		if err != nil {
			return nil, err
		}
		value, err := plainJSON(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// plainJSON encodes v without the escapes that HTML needs.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// JSON returns the answer as the stats contract has it.
func (a Answer) JSON() ([]byte, error) {
	o := object{{"site", a.Site}, {"period", periodJSON(a.Query.Period)}}
	if c := a.Query.Compare; c != nil {
		o = append(o, pair{"compare", periodJSON(*c)})
	}
	o = append(o, pair{"metrics", a.Query.Metrics})
	if a.Query.By != "" {
		o = append(o, pair{"by", a.Query.By})
	}
	rows := make([]object, len(a.Rows))
	for i, r := range a.Rows {
		rows[i] = append(object{{string(a.Query.By), r.Name}}, a.figures(r.Values, r.Previous)...)
		if r.Partial {
			rows[i] = append(rows[i], pair{"partial", true})
		}
	}
	o = append(o, pair{"rows", rows}, pair{"totals", a.figures(a.Totals, a.Previous)}, pair{"total_rows", a.TotalRows})
	if a.Hidden.Rows > 0 {
		o = append(o, pair{"hidden", object{{"rows", a.Hidden.Rows}, {"reason", a.Hidden.Reason}}})
	}
	if len(a.Damaged) > 0 {
		o = append(o, pair{"damaged", a.DamagedDays()})
	}
	return plainJSON(o)
}

// DamagedDays returns Damaged as dates.
func (a Answer) DamagedDays() (dates []string) {
	for _, day := range a.Damaged {
		dates = append(dates, day.Format(time.DateOnly))
	}
	return dates
}

// WriteJSON writes what JSON returns and a line's end.
func (a Answer) WriteJSON(w io.Writer) error {
	b, err := a.JSON()
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// periodJSON is a period of the contract: dates, both inclusive.
func periodJSON(p Period) object {
	from, to := p.Dates()
	return object{{"from", from}, {"to", to}, {"timezone", p.From.Location().String()}}
}

// figures are the figures of a row by metric, and those of the comparison when there is one.
func (a Answer) figures(values, previous []Value) (o object) {
	for i, m := range a.Query.Metrics {
		o = append(o, pair{string(m), figure(m, values[i])})
	}
	if previous != nil {
		o = append(o, pair{"previous", a.figures(previous, nil)})
	}
	return o
}

// figure is one figure for JSON; nil when it is not known.
func figure(m Metric, v Value) any {
	switch {
	case !v.Known:
		return nil
	case m == Revenue:
		return object{{"amount", json.Number(text(m, v))}, {"currency", v.Currency}}
	}
	return json.Number(text(m, v))
}

// text is one known figure as a number: counts and amounts whole, views per visit to two decimals, all else to one.
func text(m Metric, v Value) string {
	scale := 1.0
	switch m {
	case ViewsPerVisit:
		scale = 100
	case BounceRate, VisitDuration, TimeOnPage, ScrollDepth, ConversionRate, ExitRate:
		scale = 10
	}
	return strconv.FormatFloat(math.Round(v.Number*scale)/scale, 'f', -1, 64)
}

// WriteCSV writes the rows, or without a dimension the totals, below a header: the dimension, the metrics and, when
// compared, previous_ and the metrics. Revenue is followed by its currency. What is not known is empty.
func (a Answer) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	var head []string
	if a.Query.By != "" {
		head = append(head, CellText(string(a.Query.By)))
	}
	head = append(head, a.headCSV("")...)
	if a.Query.Compare != nil {
		head = append(head, a.headCSV("previous_")...)
	}
	if err := out.Write(head); err != nil {
		return err
	}
	rows := a.Rows
	if a.Query.By == "" {
		rows = []Row{{Values: a.Totals, Previous: a.Previous}}
	}
	for _, r := range rows {
		var line []string
		if a.Query.By != "" {
			line = append(line, CellText(r.Name))
		}
		line = append(line, a.lineCSV(r.Values)...)
		if a.Query.Compare != nil {
			line = append(line, a.lineCSV(r.Previous)...)
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (a Answer) headCSV(prefix string) (head []string) {
	for _, m := range a.Query.Metrics {
		head = append(head, prefix+string(m))
		if m == Revenue {
			head = append(head, prefix+"currency")
		}
	}
	return head
}

func (a Answer) lineCSV(values []Value) (line []string) {
	for i, m := range a.Query.Metrics {
		number, currency := "", ""
		if v := values[i]; v.Known {
			number, currency = text(m, v), v.Currency
		}
		line = append(line, number)
		if m == Revenue {
			line = append(line, CellText(currency))
		}
	}
	return line
}

// CellText keeps a spreadsheet from taking a visitor's text for a formula: where it could, a ' goes before it (OWASP, CSV
// injection). Plain numbers stay as they are.
func CellText(s string) string {
	if s == "" || !strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return s
	}
	if strings.Trim(s[1:], "0123456789.") == "" && (s[0] == '-' || s[0] == '+') {
		if _, err := strconv.ParseFloat(s, 64); err == nil {
			return s
		}
	}
	return "'" + s
}
