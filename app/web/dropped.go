package web

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"
	"time"

	"sandprint/app/account"
	"sandprint/app/problem"
	"sandprint/app/report"
	"sandprint/views"
)

// dropped is the ledger of what was not counted, or not kept of what was counted: by day and reason.
func (s *Server) dropped(w http.ResponseWriter, c *call) error {
	info := c.site.Info()
	ledger := views.Ledger{Domain: info.Domain, Days: views.LedgerDays[0], CanChange: c.who.CanWrite(info)}
	if text := c.URL.Query().Get("days"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || !slices.Contains(views.LedgerDays, n) {
			return problem.BadField("days", "bad_days", "There is no such period of the ledger.").WithHint("Choose one on its page.")
		}
		ledger.Days = n
	}
	var err error
	ledger.Period = report.LastDays(ledger.Days, time.Now().UTC())
	if ledger.Drops, err = droppedIn(c, ledger.Period); err != nil {
		return err
	}
	page := c.page("")
	page.Title = page.Words.F("Not counted on %s", info.Domain)
	page.Styles = []string{"rules.css"}
	return s.html(w, c, http.StatusOK, views.LedgerPage(page, ledger))
}

// droppedIn returns what was not taken in a period of UTC days.
func droppedIn(c *call, p report.Period) (account.Drops, error) {
	return c.site.Dropped(c.Context(), dayOf(p.From), dayOf(p.To)-1)
}

// dayOf returns the UTC day of t, in days since 1970.
func dayOf(t time.Time) int32 { return int32(t.Unix() / 86400) }

// droppedOut is a line of the ledger as programs see it.
type droppedOut struct {
	Date   string `json:"date"`
	Reason string `json:"reason"`
	Count  int64  `json:"count"`
}

// apiDropped answers with the ledger in JSON or, when that is preferred, in CSV.
func (s *Server) apiDropped(w http.ResponseWriter, c *call) error {
	values, err := c.params("from", "to", "format")
	if err != nil {
		return err
	}
	asCSV, err := asksCSV(c.Request, values.Get("format"))
	if err != nil {
		return err
	}
	period := report.LastDays(views.LedgerDays[0], time.Now().UTC())
	if values.Has("from") || values.Has("to") {
		if period, err = report.Days(values.Get("from"), values.Get("to"), time.UTC); err != nil {
			return err
		}
	}
	drops, err := droppedIn(c, period)
	if err != nil {
		return err
	}
	lines := make([]droppedOut, len(drops))
	for i, d := range drops {
		lines[i] = droppedOut{time.Unix(int64(d.Day)*86400, 0).UTC().Format(time.DateOnly), d.Reason, d.Count}
	}
	w.Header().Add("Vary", "Accept")
	if !asCSV {
		from, to := period.Dates()
		return s.json(w, c, http.StatusOK, map[string]any{"site": c.site.Info().Domain, "from": from, "to": to, "dropped": lines, "totals": drops.ByReason()})
	}
	var b bytes.Buffer
	table := csv.NewWriter(&b)
	_ = table.Write([]string{"date", "reason", "count"}) // a buffer takes everything
	for _, l := range lines {
		_ = table.Write([]string{l.Date, l.Reason, strconv.FormatInt(l.Count, 10)})
	}
	table.Flush()
	w.Header().Set("Content-Disposition", `attachment; filename="sandprint-not-counted.csv"`)
	return s.send(w, c, http.StatusOK, "text/csv; charset=utf-8", b.Bytes())
}
