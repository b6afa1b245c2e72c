package views

import (
	"cmp"
	"maps"
	"slices"

	"sandprint/app/account"
	"sandprint/app/privacy"
)

// VisitorPage is the page on which a site's visitors see what is kept of them.
type VisitorPage struct {
	Page     Page
	Site     account.SiteInfo
	Value    string                 // what was given as the cookie's value
	Record   *account.VisitorRecord // what is kept; nil: it was not asked for
	Receipt  *privacy.Receipt       // of an erasure; nil: none was asked for; without a number: nothing was there
	UnderWay string                 // number of the receipt of an erasure that goes on; may be empty
	OptOut   string                 // address that has this browser not counted; may be empty
	Wrong    Wrong
}

// canLookUp reports whether the site knows visitors by something that they can name.
func (p VisitorPage) canLookUp() bool { return p.Site.Mode != "cookieless" }

// how says how visitors are recognised.
func (p VisitorPage) how() string {
	w := p.Page.Words
	switch p.Site.Mode {
	case "cookieless":
		return w.T("Nothing is stored on your device. For one day, address and browser are mixed with a secret that is deleted at midnight, so that two pages you read are one visit; what comes of it can't be turned back.")
	case "consent":
		if p.Site.Settings.Early {
			return w.T("Before you agree nothing is stored on your device: for one day, address and browser are mixed with a secret that is deleted at midnight. Then a cookie, _sp, holds a random number and the day it was made, for 13 months at most, and the visit you agreed in is counted as one.")
		}
		return w.T("Nothing is sent before you agree. Then a cookie, _sp, holds a random number and the day it was made, for 13 months at most. Sandprint keeps a number made from it with a secret key, not the cookie's own.")
	}
	return w.T("A cookie, _sp, holds a random number and the day it was made, for 13 months at most. Sandprint keeps a number made from it with a secret key, not the cookie's own.")
}

// months writes a number of months.
func (p VisitorPage) months(n int) string {
	return p.Page.Words.monthsOf(n)
}

// pagesOf returns the pages of a day of a record, the most read first, with how often.
func pagesOf(pages map[string]int) []string {
	return slices.SortedFunc(maps.Keys(pages), func(a, b string) int { return cmp.Or(pages[b]-pages[a], cmp.Compare(a, b)) })
}

func (p VisitorPage) visits(n int) string {
	return p.Page.Words.Count(float64(n), "1 visit", "%s visits")
}

func (p VisitorPage) views(n int) string {
	return p.Page.Words.Count(float64(n), "1 page view", "%s page views")
}
