package views

import (
	"strconv"
	"time"

	"sandprint/app/account"
	"sandprint/app/privacy"
)

// KeptPage is what the whole instance keeps, with the operator's limits.
type KeptPage struct {
	Page      Page
	Kept      privacy.Kept
	Limits    account.Limits       // as they were set
	Shortened []privacy.Shortening // sites that the limits of the form shorten, of which it is asked whether that is meant; empty: it is not
	LogDays   int                  // of the service log's own files; 0: it goes to stderr
	Said      string
	Wrong     Wrong
}

// limitNames are the limits' names by their fields.
var limitNames = map[string]string{
	"keys": "Visitors are recognised", "visits": "Visits", "totals": "Totals of days",
	"audit": "Audit log, in months", "copies": "Copies on this machine, in days", "sign_ins": "Sign-ins, in days",
}

// keptRow is a class of data: how long it is kept, the oldest there is, what the last nightly round removed.
type keptRow struct{ name, rule, oldest, night string }

// since writes a day; of the zero time, that there is nothing.
func (w *Words) since(t time.Time) string {
	if t.IsZero() {
		return w.T("nothing")
	}
	return w.date(t, date)
}

// went says how many went in a round; of no round, nothing.
func (w *Words) went(k privacy.Kept, n int64) string {
	if k.Round.Ended.IsZero() {
		return w.T("–")
	}
	if n == 0 {
		return w.T("nothing was due")
	}
	return w.F("%s removed", w.Exact(float64(n)))
}

// months writes a number of months, days a number of days.
func (w *Words) monthsOf(n int) string {
	if n == 1 {
		return w.T("1 month")
	}
	return w.F("%s months", strconv.Itoa(n))
}

func (w *Words) daysOf(n int) string {
	if n == 1 {
		return w.T("1 day")
	}
	return w.F("%s days", strconv.Itoa(n))
}

// siteRows are the classes that belong to the site.
func (d DataPage) siteRows() []keptRow {
	w, keep, night := d.Page.Words, d.Site.Settings.Retention.OrDefault(), d.Kept.Night(d.Site)
	keys := w.F("%s after the last visit", w.monthsOf(keep.Keys))
	if d.Site.Mode == "cookieless" {
		keys = w.F("till the night after the visit; those of a cookie or an import %s after the last visit", w.monthsOf(keep.Keys))
	}
	return []keptRow{
		{w.T("Numbers that visitors are recognised by"), keys, w.since(d.Kept.Site.Keys), w.went(d.Kept, night.Keys)},
		{w.T("Visits, page views, events and their texts"), w.monthsOf(keep.Visits), w.since(d.Kept.Site.Visits), w.went(d.Kept, night.Visits)},
		{w.T("Totals of days, and what was not counted"), w.monthsOf(keep.Totals), w.since(d.Kept.Site.Totals), w.went(d.Kept, night.Totals)},
	}
}

// instanceRows are the classes that belong to the whole instance.
func instanceRows(w *Words, k privacy.Kept, l account.Limits, logDays int) []keptRow {
	log, logged := w.T("written to stderr: as long as the system keeps it"), w.T("–")
	if logDays > 0 {
		log, logged = w.daysOf(logDays), w.T("a file a day, by itself")
	}
	l = l.OrDefault()
	signIns := w.F("%s, %s without use", w.daysOf(l.SignIns), w.daysOf(min(l.SignIns, 7)))
	copies := w.since(k.Instance.Copies)
	if k.Instance.CopiesUnread != nil {
		copies = w.T("can’t be read: “sandprint doctor” says why")
	}
	bySelf := w.T("each night, and at each sign-in")
	return []keptRow{
		{w.T("Sign-ins"), signIns, w.since(k.Instance.Sessions), bySelf},
		{w.T("Links that set a password"), w.T("72 hours, or until used"), w.T("–"), bySelf},
		{w.T("Audit log"), w.monthsOf(l.Audit), w.since(k.Instance.Audit), w.went(k, k.Round.Audit)},
		{w.T("Copies of everything on this machine"), w.F("the newest of %s, and of the weeks before; %s at most", w.daysOf(min(l.Copies, 14)), w.daysOf(l.Copies)), copies, w.went(k, int64(k.Round.Copies))},
		{w.T("What is to stay erased, by numbers"), w.T("35 days, as long as a copy may have it"), w.since(k.Instance.Tombstones), w.went(k, k.Round.Tombstones)},
		{w.T("Temporary files of exports and copies"), w.T("until it is done; what is left goes at the next start"), w.since(k.Instance.Temporary), w.T("–")},
		{w.T("Service log, without visitors"), log, w.T("–"), logged},
		{w.T("Receipts of erasures, which name nobody"), w.T("as long as the instance"), w.T("–"), w.T("–")},
	}
}

// round says when the last round was.
func (w *Words) round(k privacy.Kept) string {
	if k.Round.Ended.IsZero() {
		return w.T("There was no nightly round yet.")
	}
	return w.F("The last nightly round ended on %s UTC.", w.moment(k.Round.Ended.UTC(), date))
}

// troubles say what is wrong with the nightly round, and what to do.
var troubles = map[privacy.Trouble]string{
	privacy.RoundFailed: "Last night’s round failed, so something may be kept that is too old. “sandprint doctor” says what; “sandprint maintain” does it again.",
	privacy.RoundWaits:  "Nothing is removed for its age, because the clock of the machine looks wrong. “sandprint doctor” says why, and what to do.",
	privacy.RoundLate:   "There was no nightly round for two days, so something may be kept that is too old. Have “sandprint serve” run at night, or run “sandprint maintain”.",
}

// unlessZero writes a number; 0 as nothing.
func unlessZero(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
