package privacy

import (
	"strings"
	"text/template"

	"sandprint/app/store"
)

// Kind is a kind of data: what holds of all its fields. Its texts are templates of Facts; a field's own form and meaning are the schema's.
type Kind struct {
	Name    string        `json:"kind"`
	Source  string        `json:"source"`  // where it comes from
	Purpose string        `json:"purpose"` // what it is for
	Seen    string        `json:"seen_by"`
	Kept    string        `json:"kept"`    // for how long
	Deleted string        `json:"deleted"` // how it goes, by itself and when asked for
	Fields  []store.Field `json:"fields"`
	columns string        // of databases, by name
}

// owners is who may see what belongs to a site.
const owners = "people with a role at the site's customer"

// kinds are all data that there are. A test holds their columns against those of real files: one that is in none, or in two, fails.
var kinds = []Kind{
	{Name: "Visitors' addresses and browsers, while a request is answered", Source: "the visitor's request",
		Purpose: "to look up the country{{if .Instance.Cities}}, region and city{{end}}, to know browser, system and kind of device, to refuse floods and bots, and to tell visitors without a cookie apart for a day",
		Seen:    "nobody", Kept: "not at all: it is gone when the request is answered", Deleted: "nothing is there to delete",
		Fields: []store.Field{
			{Name: "memory: IP address", Form: "argument of functions", About: "looked up, cut, gone; the rate limit knows networks by a hash whose key is drawn anew at each start"},
			{Name: "memory: user agent", Form: "argument of functions", About: "turned into names of families, gone"},
		}},
	{Name: "In the visitor's browser", Source: "made in the browser, at random", Purpose: "to tell new from returning visits; to remember an objection", Seen: "the site's own pages",
		Kept:    "{{if .Cookie}}the cookie {{months .CookieMonths}} from the first visit, never renewed; {{end}}the objection until the visitor takes it back",
		Deleted: "by the visitor in the browser, and by sandprint('erase'), sandprint('optout'){{if .Consent}}, sandprint('consent', false){{end}}",
		Fields: []store.Field{
			{Name: "cookie: _sp", Form: "18 random characters, a dot, a day", About: "random number of this browser on this site, and the day it was made; only in the modes cookie and consent"},
			{Name: "localStorage: sp_off", Form: "1; empty once taken back", About: "this browser does not want to be counted; only when the visitor asks for it"},
		}},
	{Name: "Visitors' numbers", Source: "made with a secret key from the cookie's random number, or where there is none from address and browser", Purpose: "to count visitors and tell new from returning ones",
		Seen: "nobody; reports show numbers of visitors", Kept: "in rows until their day is sealed, in the night after; keys of cookies and of imported visitors {{months .Keep.Keys}} after the last visit{{with .Former}}, so none after {{date .}}{{end}}; others no longer",
		Deleted: "by the nightly round; by erasing a visitor, a time, the site or the customer, in every copy too",
		columns: "site.hit.visitor site.hit.lasting site.hit.type site.visitor.id site.visitor.day site.visitor.count site.visitor.data site.visitor.import site.visitor.sum " +
			"site.sealing.id site.sealing.day site.sealing.marks site.sealing.guests site.sealing.visitors site.sealing.sum"},
	{Name: "Keys of visitors' numbers", Source: "drawn at random by Sandprint", Purpose: "so that a visitor's number can't be worked out, and means nothing at another site", Seen: "nobody",
		Kept: "the site's key as long as the site; the salt of a day till the night after (time zone {{.Zone}}): it goes with the first hit of the next day or at the nightly round; in no copy", Deleted: "as said; with the site",
		columns: "site.secret.name site.secret.value site.secret.sum"},
	{Name: "Visits, page views and events", Source: "the site's pages, by the tracker, the pixel, a server of the owner or an import", Purpose: "figures of how the site is used",
		Seen: owners + ", as figures of groups, of which totals and some lists may be of one visit", Kept: "{{months .Keep.Visits}}",
		Deleted: "by the nightly round, a day at a time; by erasing a visitor, a time, the site or the customer, in every copy too",
		columns: "site.hit.id site.hit.kind site.hit.time site.hit.start site.hit.visit site.hit.view site.hit.seq site.hit.page site.hit.origin site.hit.place site.hit.agent site.hit.language " +
			"site.hit.screen site.hit.engaged site.hit.scroll site.hit.name site.hit.props site.hit.currency site.hit.amount site.hit.sum " +
			"site.part.id site.part.visits site.part.views site.part.events site.part.last site.part.visitors site.part.import site.part.sum site.block.id site.block.data site.block.sum"},
	{Name: "Texts of visits", Source: "addresses and titles of pages, referrers, campaign tags, names of browsers and places, events", Purpose: "what figures are broken down by; personal data is taken out before they are kept",
		Seen: owners, Kept: "as long as a visit has them, {{months .Keep.Visits}} at most", Deleted: "by the nightly round and by erasures, with the last visit that has them",
		columns: "site.dict.dim site.dict.id site.dict.value site.dict.sum"},
	{Name: "Totals of days", Source: "visits that were deleted for their age", Purpose: "figures over years", Seen: owners, Kept: "{{months .Keep.Totals}}", Deleted: "by the nightly round; by erasing a time, the site or the customer",
		columns: "site.total.day site.total.visits site.total.views site.total.events site.total.bounces site.total.duration site.total.sum"},
	{Name: "What was not counted", Source: "hits that were refused", Purpose: "so that the owner sees what is missing and why", Seen: owners + ", and whoever runs the instance, as sums", Kept: "{{months .Keep.Totals}}", Deleted: "as totals of days",
		columns: "site.dropped.day site.dropped.reason site.dropped.count"},
	{Name: "Imports", Source: "files that the owner imports", Purpose: "so that a file is taken once, and one that broke off is undone", Seen: "nobody", Kept: "as long as the site", Deleted: "with the site",
		columns: "site.import.id site.import.fingerprint site.import.began"},
	{Name: "Marks of a site's file", Source: "the nightly round", Purpose: "to know what was done when, so that a wrong clock deletes nothing", Seen: "whoever runs the instance", Kept: "as long as the site", Deleted: "with the site",
		columns: "site.mark.name site.mark.value"},
	{Name: "People who sign in", Source: "the operator, or the owner who invites them", Purpose: "to let them in and know what they may see", Seen: "themselves, and whoever runs the instance", Kept: "as long as the account",
		Deleted: "at once with the account (sandprint user remove) or the customer (sandprint erase --customer); from copies within {{days .CopyDays}}",
		columns: "control.user.id control.user.email control.user.password control.user.operator control.user.created control.member.customer control.member.user control.member.role"},
	{Name: "Sign-ins", Source: "signing in", Purpose: "so that a browser stays signed in, and to set a password by a link", Seen: "nobody", Kept: "sign-ins {{days .IdleDays}} after their last use, {{days .SignIns}} at most; links 72 hours",
		Deleted: "at the next sign-in of anybody, when signing out, with a change of password, and with the account",
		Fields: []store.Field{
			{Name: "cookie: sp, or __Host-sp over https", Form: "signed random id", About: "keeps somebody signed in; only people who sign in have it"},
			{Name: "cookie: lang, theme", Form: "a word", About: "language and theme that somebody chose for these pages"},
			{Name: "memory: failed sign-ins", Form: "keyed numbers", About: "to slow down guessing of passwords: of an account and a cut network, for 15 minutes"},
		},
		columns: "control.session.hash control.session.user control.session.created control.session.seen control.session.expires control.session.confirmed " +
			"control.login_link.hash control.login_link.user control.login_link.purpose control.login_link.expires"},
	{Name: "API tokens", Source: "people who sign in", Purpose: "so that their programs may ask", Seen: "whoever made it", Kept: "until it is revoked", Deleted: "when revoked, and with the account or the site",
		columns: "control.token.id control.token.hash control.token.user control.token.site control.token.scope control.token.name control.token.created control.token.used"},
	{Name: "Customers and their sites", Source: "whoever adds them", Purpose: "whose site it is, and how it is to be counted", Seen: owners + ", and whoever runs the instance", Kept: "as long as the site or the customer",
		Deleted: "at once with the site or the customer, in every copy too",
		columns: "control.customer.id control.customer.name control.site.number control.site.id control.site.customer control.site.domain control.site.zone control.site.mode control.site.created control.site.settings"},
	{Name: "What people save at a site", Source: "people who sign in", Purpose: "segments, notes on the chart, pins", Seen: "whoever saved it, or " + owners, Kept: "until it is removed", Deleted: "when removed, and with the account or the site",
		columns: "control.segment.id control.segment.site control.segment.user control.segment.name control.segment.filters control.segment.created " +
			"control.annotation.id control.annotation.site control.annotation.at control.annotation.text control.pin.user control.pin.site control.pin.place"},
	{Name: "Texts about privacy on sites", Source: "the site's owner, by the button on the documents page", Purpose: "to say when the text on the site is older than the settings", Seen: owners, Kept: "as long as the site", Deleted: "with the site",
		columns: "control.publication.site control.publication.at control.publication.hash control.publication.facts"},
	{Name: "The operator's terms and privacy policy", Source: "the operator", Purpose: "to tell people who sign in what holds, and what changed", Seen: "anybody", Kept: "as long as the instance, all versions", Deleted: "with the data directory",
		columns: "control.statement.kind control.statement.version control.statement.made control.statement.text"},
	{Name: "What was shown to whom", Source: "going on from the page that shows a change", Purpose: "to show a change of these texts once", Seen: "nobody", Kept: "as long as the account", Deleted: "with the account",
		columns: "control.shown.user control.shown.kind control.shown.version"},
	{Name: "What is to stay erased", Source: "erasures", Purpose: "to erase it in copies too, also in those that are restored later", Seen: "nobody", Kept: "{{days .CopyDays}}, as long as a copy may have it", Deleted: "by the nightly round",
		Fields: []store.Field{
			{Name: "file: backups/erasures.json", Form: "JSON", About: "the same, beside the copies, for whoever restores one"},
			{Name: "memory: who is refused", Form: "keyed 64-bit numbers", About: "whose late hits are not taken for two days; who asked without anything being kept is only here, and the oldest go first"},
		},
		columns: "control.tombstone.id control.tombstone.kind control.tombstone.site control.tombstone.customer control.tombstone.user control.tombstone.keys control.tombstone.before control.tombstone.asked control.tombstone.found control.tombstone.done control.tombstone.forget control.tombstone.receipt control.tombstone.counted"},
	{Name: "Receipts of erasures", Source: "erasures", Purpose: "proof of what was erased and what the searches saw; they name nobody", Seen: "whoever asked for the erasure, and " + owners, Kept: "as long as the instance, as links of a chain", Deleted: "not: nothing in them is about a person",
		columns: "control.receipt.id control.receipt.number control.receipt.site control.receipt.made control.receipt.body control.receipt.link"},
	{Name: "Audit log", Source: "what people who sign in do, and whoever has the machine", Purpose: "so that it can be told later who did what", Seen: "owners what was done at their customer and by their people, whoever runs the instance all of it",
		Kept: "{{months .Audit}}", Deleted: "by the nightly round, the oldest first; what is left is still a chain",
		columns: "control.audit.id control.audit.at control.audit.actor control.audit.customer control.audit.action control.audit.object control.audit.result control.audit.link"},
	{Name: "Settings of the instance", Source: "the program, and whoever runs the instance", Purpose: "keys that sign cookies; how the last nightly round ended; whether setup is over; who the operator is", Seen: "whoever runs the instance", Kept: "as long as the instance", Deleted: "with the data directory",
		Fields:  []store.Field{{Name: "file: setup-token", Form: "text", About: "token of the first run; gone once there is a user"}},
		columns: "control.setting.key control.setting.value"},
	{Name: "Copies", Source: "the nightly round and sandprint backup", Purpose: "should a disk fail", Seen: "whoever has the machine", Kept: "the newest of each of {{.DailyCopies}} days and of the weeks before, {{days .Instance.CopyDays}} at most",
		Deleted: "by the nightly round; erasures are carried out in every copy here as in the data",
		Fields: []store.Field{
			{Name: "folder: backups", Form: "databases", About: "whole copies of all of the above but the salts of days"},
			{Name: "file: backups/…/manifest.json", Form: "JSON", About: "names, sizes and SHA-256 of a copy's files"},
		}},
	{Name: "Service log", Source: "the program", Purpose: "to find faults", Seen: "whoever runs the instance",
		Kept:    "{{if .Instance.LogDays}}{{days .Instance.LogDays}}{{else}}written to stderr: as long as the system that reads it keeps it{{end}}",
		Deleted: "{{if .Instance.LogDays}}by itself, a file a day{{else}}by that system{{end}}",
		Fields:  []store.Field{{Name: "log", Form: "text or JSON", About: "names sites, customers and people by number; no address, agent, cookie, query or path of a visitor"}}},
}

// DataMap returns all kinds of data with their fields, in words that hold for the facts.
func DataMap(f Facts) ([]Kind, error) {
	columns := map[string]store.Field{}
	for _, c := range store.Fields() {
		columns[c.Name] = c
	}
	all := make([]Kind, len(kinds))
	for i, k := range kinds {
		for _, text := range []*string{&k.Source, &k.Purpose, &k.Seen, &k.Kept, &k.Deleted} {
			t, err := template.New(k.Name).Funcs(funcs("en")).Parse(*text)
			if err != nil {
				return nil, err
			}
			var b strings.Builder
			if err := t.Execute(&b, f); err != nil {
				return nil, err
			}
			*text = b.String()
		}
		k.Fields = append([]store.Field{}, k.Fields...)
		for name := range strings.FieldsSeq(k.columns) {
			c, known := columns[name]
			if !known {
				c.Name = name
			}
			k.Fields = append(k.Fields, c)
		}
		all[i] = k
	}
	return all, nil
}
