package web

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// drop counts what was not counted today.
func (f *fixture) drop(domain string, reasons map[string]int64) {
	f.t.Helper()
	info, _ := f.store.Find(domain)
	site, err := f.store.Site(context.Background(), info.ID)
	if err != nil {
		f.t.Fatal(err)
	}
	for reason, n := range reasons {
		site.Drop(reason, n)
	}
}

// The ledger tells by day and reason what was not counted and what was scrubbed: on a page, in JSON and as a table.
func TestLedger(t *testing.T) {
	f := full(t)
	f.drop(siteA, map[string]int64{"bot": 1234, "excluded network": 2, "scrubbed title": 7, "of a newer version": 3})
	f.drop(siteB, map[string]int64{"bot": 4321})
	f.viewed(siteA, 0, "DE", "/") // writes the counts
	f.drop(siteA, map[string]int64{"bot": 1})
	viewer, today := f.sessions["viewer A"], time.Now().UTC()
	rows := strings.Join(cells(f.want(200, "GET", "/sites/"+siteA+"/dropped", "cookie", viewer).Body.String()), "\n")
	for _, row := range []string{"Day|Bots|Excluded networks|of a newer version", today.Format("2 Jan 2006") + "||1,235|2|3", "Day|In titles", today.Format("2 Jan 2006") + "||7"} {
		if !strings.Contains(rows, row) {
			t.Errorf("no row %q in\n%s", row, rows)
		}
	}
	var answer struct {
		From, To string
		Dropped  []droppedOut
		Totals   map[string]int64
	}
	api := "/api/v1/sites/" + siteA + "/dropped"
	if err := json.Unmarshal(f.want(200, "GET", api, "token", f.tokens["read A"]).Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	date := today.Format(time.DateOnly)
	if answer.To != date || answer.From != today.AddDate(0, 0, -29).Format(time.DateOnly) || len(answer.Dropped) != 4 || answer.Dropped[0] != (droppedOut{date, "bot", 1235}) || answer.Totals["bot"] != 1235 {
		t.Errorf("the API answers %+v", answer)
	}
	if got := f.want(200, "GET", api+"?format=csv&from="+date+"&to="+date, "cookie", viewer).Body.String(); !strings.HasPrefix(got, "date,reason,count\n"+date+",bot,1235\n") {
		t.Errorf("as a table: %s", got)
	}
	if got := f.want(200, "GET", api+"?from=2020-01-01&to=2020-01-31", "token", f.tokens["read A"]).Body.String(); !strings.Contains(got, `"dropped":[]`) {
		t.Errorf("of days before: %s", got)
	}
	for target, field := range map[string]string{api + "?form=csv": "form", api + "?format=xml": "format", api + "?from=2026-02-30&to=2026-03-01": "from"} {
		if _, got := failure(t, f.want(400, "GET", target, "token", f.tokens["read A"]).Body.String()); got != field {
			t.Errorf("%s: the error names %q", target, got)
		}
	}
	f.want(400, "GET", "/sites/"+siteA+"/dropped?days=7", "cookie", viewer)
}
