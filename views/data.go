package views

import (
	"sandprint/app/account"
	"sandprint/app/privacy"
)

// DataPage is what is kept of a site, and what was erased.
type DataPage struct {
	Page      Page
	Site      account.SiteInfo
	Receipts  []privacy.Receipt // the newest first
	CanChange bool
	CanErase  bool
	Kept      privacy.Kept
	Limits    account.Limits
	LogDays   int // of the service log's own files; 0: it goes to stderr
	Said      string
}

func (d DataPage) under(page string) string { return "/sites/" + d.Site.Domain + page }
