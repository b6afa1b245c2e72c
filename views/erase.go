package views

import (
	"strings"

	"sandprint/app/privacy"
)

// EraseForm asks what is to be erased and, once it is known what will go, whether it is meant.
type EraseForm struct {
	Page        Page
	Action      string // where the form goes
	Domain      string // of the site; empty: it is about a customer
	Name        string // to be typed: the site's, or the customer's
	What        string // visitor, before, site or customer
	Visitor     string
	Before      string // a day
	Typed       string
	Cookieless  bool           // the site's visitors can't be told apart
	Going       *privacy.Going // what will go; nil: it is asked what
	AskPassword bool
	Wrong       Wrong
}

// title says what the form is about.
func (f EraseForm) title() string {
	w := f.Page.Words
	switch f.What {
	case "visitor":
		return w.F("Erase a visitor of %s", f.Domain)
	case "before":
		return w.F("Erase what began before %s at %s", f.Before, f.Domain)
	case "site":
		return w.F("Erase %s", f.Domain)
	}
	return w.F("Erase %s with all sites and people", f.Name)
}

// nothing reports whether there is nothing that would go.
func (f EraseForm) nothing() bool {
	return (f.What == "visitor" || f.What == "before") && f.Going.Visits == 0 && f.Going.Keys == 0
}

// number writes a count.
func (p Page) number(n int) string { return p.Words.Exact(float64(n)) }

// kinds are what the kinds of erasures are called.
var erasureKinds = map[string]string{"visitor": "One visitor", "before": "What began before a day", "site": "A whole site", "customer": "A customer with sites and people"}

// eraseSteps are what the steps of an erasure are called.
var eraseSteps = map[string]string{"": "Waiting for its turn", "erasing in the data": "Erasing in the data, and searching it", "erasing in the copies": "Erasing in the copies, and searching them", "done": "Writing the receipt"}

// whyErasing says why an erasure could not come to its end so far.
func whyErasing(w *Words, s privacy.Standing) string {
	switch s.Failed {
	case privacy.Blocked:
		return w.F("It is erased in the data and in every copy that can be read. But something stands among the copies, in backups/, that is no copy that can be read, and may still have it: %s. Whoever runs Sandprint removes it or moves it elsewhere; it goes on by itself then. What is too old goes by itself.", strings.Join(s.InTheWay, ", "))
	case privacy.DiskFull:
		return w.T("The disk is full. Nothing is lost; it goes on by itself when there is room.")
	case privacy.Damaged:
		return w.T("A part of the file can't be read, so it isn't known whether all is gone. Everything else is erased. Whoever runs Sandprint finds the part with “sandprint doctor”; it goes on once the file is whole, or that part is too old.")
	}
	return w.T("It could not be finished; the service log says why. It is tried again every ten minutes, and goes on where it was.")
}

// copiesFound adds up what the searches of copies saw.
func copiesFound(r privacy.Receipt) (scanned int64, found int) {
	for _, c := range r.Copies {
		scanned, found = scanned+c.Scanned, found+c.Found
	}
	return scanned, found
}

// searched says how many traces a search saw in so many bytes.
func (w *Words) searched(found int, bytes int64) string {
	seen := w.T("none")
	if found > 0 {
		seen = w.Exact(float64(found))
	}
	return w.F("%s, in %s MB", seen, w.Exact(float64((bytes+(1<<20)-1)>>20)))
}
