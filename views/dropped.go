package views

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"sandprint/app/account"
	"sandprint/app/report"
)

// Ledger is the page of what was not counted on a site, or not kept of what was counted.
type Ledger struct {
	Domain    string
	Days      int           // how many are shown, one of LedgerDays
	Period    report.Period // these days, UTC
	Drops     account.Drops
	CanChange bool // the reader may change the rules
}

// LedgerDays are the periods that the page can show, the usual one first.
var LedgerDays = []int{30, 91, 365}

// reason is what the page says of a reason: its name, and why it is one.
type reason struct{ key, name, why string }

// notCounted are the reasons for which a hit is not counted.
var notCounted = []reason{
	{"bot", "Bots", "Crawlers, previews and programs, by what they say of themselves."},
	{"excluded page", "Excluded pages", "Pages that your rules leave out. Most never leave the browser, so they are not here."},
	{"excluded country", "Excluded countries", "Visits from countries that your rules leave out."},
	{"excluded network", "Excluded networks", "Visits from networks that your rules leave out."},
	{"foreign host", "Other hosts", "Pages on hosts that are not the site's: copies, translations, test machines. If one is yours, add it to the further hosts in the settings."},
	{"private page", "Private pages", "Events on pages about an account or a purchase, of which only the path is counted."},
	{"referrer spam", "Referrer spam", "Visits that are made up to show an address in your list of referrers."},
	{"opted out", "Opted out", "Visitors who said that they don't want to be counted."},
	{"erased", "Erased", "Hits of visitors that came after they had asked to be erased."},
	{"late", "Too late", "Hits that came when their day was closed already."},
	{"no page view", "No page view", "Time spent on pages whose view never came."},
	{"damaged", "Damaged", "Hits that the disk gave back otherwise than they were written."},
}

// scrubbedParts are the parts of counted hits that something was taken out of.
var scrubbedParts = []reason{
	{"scrubbed address", "In addresses", "An e-mail address, a name, a number of an order or the like stood in the address of a page, or in a campaign's tag."},
	{"scrubbed title", "In titles", "It stood in the title of a page."},
	{"scrubbed referrer", "In referrers", "It stood in the address of the page before."},
	{"scrubbed event", "In events", "It stood in the name of an event or in what it tells."},
}

// reasonsOf returns those of some reasons that there is something of.
func (l Ledger) reasonsOf(list []reason) (found []reason) {
	sums := l.Drops.ByReason()
	for _, r := range list {
		if sums[r.key] > 0 {
			found = append(found, r)
		}
	}
	return found
}

// counted returns the reasons of hits that were not counted, those of a newer version too.
func (l Ledger) counted() []reason {
	found := l.reasonsOf(notCounted)
	for _, key := range slices.Sorted(maps.Keys(l.Drops.ByReason())) {
		known := func(r reason) bool { return r.key == key }
		if !slices.ContainsFunc(notCounted, known) && !strings.HasPrefix(key, "scrubbed ") {
			found = append(found, reason{key, key, ""})
		}
	}
	return found
}

// Sum returns how many hits were not counted.
func (l Ledger) Sum() int64 { return l.sum(l.counted()) }

// scrubbed returns the parts that something was taken out of.
func (l Ledger) scrubbed() []reason { return l.reasonsOf(scrubbedParts) }

// ledgerDay is one day with its counts, by reason.
type ledgerDay struct {
	date   time.Time
	counts map[string]int64
}

// days returns the days that have something of some reasons, the newest first.
func (l Ledger) days(reasons []reason) (days []ledgerDay) {
	by := map[int32]map[string]int64{}
	for _, d := range l.Drops {
		if slices.ContainsFunc(reasons, func(r reason) bool { return r.key == d.Reason }) {
			if by[d.Day] == nil {
				by[d.Day] = map[string]int64{}
			}
			by[d.Day][d.Reason] += d.Count
		}
	}
	for _, day := range slices.SortedFunc(maps.Keys(by), func(a, b int32) int { return cmp.Compare(b, a) }) {
		days = append(days, ledgerDay{time.Unix(int64(day)*86400, 0).UTC(), by[day]})
	}
	return days
}

// sum returns how many hits there are of some reasons.
func (l Ledger) sum(reasons []reason) (n int64) {
	sums := l.Drops.ByReason()
	for _, r := range reasons {
		n += sums[r.key]
	}
	return n
}

// file returns the address of the ledger as a table.
func (l Ledger) file() string {
	from, to := l.Period.Dates()
	return "/api/v1/sites/" + l.Domain + "/dropped?format=csv&from=" + from + "&to=" + to
}

// lookBack says how long the page looks back.
func (w *Words) lookBack(days int) string {
	switch days {
	case 91:
		return w.T("91 days")
	case 365:
		return w.T("12 months")
	}
	return w.T("30 days")
}

// some is a count, or nothing for none.
func (w *Words) some(n int64) string {
	if n == 0 {
		return ""
	}
	return w.Exact(float64(n))
}
