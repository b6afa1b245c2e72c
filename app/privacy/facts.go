package privacy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sandprint/app/account"
	"sandprint/app/store"
)

// revision is that of the texts in documents/: it is raised when what they say changes, so that owners hear of it as of a change of
// their settings.
const revision = 3

// cookieMonths is how long tracker.js lets the cookie live, from the first visit.
const cookieMonths = 13

// Facts are what documents are made of: the settings of a site and of the instance as they hold, never as they were left open.
type Facts struct {
	Revision  int             `json:"revision"`
	Domain    string          `json:"site"` // empty: what is about no site
	Zone      string          `json:"timezone"`
	Mode      string          `json:"mode"`   // cookie, cookieless or consent
	Early     bool            `json:"early"`  // mode consent: counted without a cookie until there is consent
	Preset    string          `json:"preset"` // name of the settings that were chosen together last; empty: none
	Keep      store.Retention `json:"keep_months"`
	Floor     int             `json:"smallest_group"` // visitors
	Links     bool            `json:"links"`          // clicks on links to other sites, and downloads
	Forms     bool            `json:"forms"`
	SearchKey string          `json:"search_key"` // empty: searches on the site are not counted
	Localhost bool            `json:"localhost"`
	Hosts     []string        `json:"hosts"`
	QueryKeys []string        `json:"query_keys"`
	Groups    []string        `json:"groups"`
	Excluded  []string        `json:"excluded"`
	Countries []string        `json:"excluded_countries"`
	Networks  int             `json:"excluded_networks"` // how many: which is nobody's business
	Hidden    bool            `json:"page_hidden"`       // the visitors' page answers as none
	Former    string          `json:"former_numbers"`    // mode cookieless: date by which the last number goes of visitors who were recognised before; empty: there is none
	Notice    store.Notice    `json:"notice"`

	Instance `json:"instance"`
}

// Instance is what documents say of the whole installation.
type Instance struct {
	Origin    string           `json:"origin"`       // as people reach it: "https://stats.example.com"
	Shared    bool             `json:"shared"`       // it has several customers: its operator is a processor of theirs
	RateLimit int              `json:"rate_limit"`   // hits a second and network; 0: none
	CopyDays  int              `json:"copy_days"`    // of the copies on this machine; 0, as of the next two: the default of account.Limits
	SignIns   int              `json:"sign_in_days"` // how long one lasts
	Audit     int              `json:"audit_months"` // of the audit log
	LogDays   int              `json:"log_days"`     // of the service log's own files; 0: it goes to stderr and is kept by whoever reads that
	Cities    bool             `json:"cities"`       // the table of places has regions and cities
	Operator  account.Operator `json:"operator"`
}

// FactsOf returns the facts of a site. A zero site is about the instance only: what it says of visitors is what a new site has.
func FactsOf(info store.SiteInfo, in Instance) Facts {
	set := info.Settings
	limits := account.Limits{Copies: in.CopyDays, SignIns: in.SignIns, Audit: in.Audit}.OrDefault()
	in.CopyDays, in.SignIns, in.Audit = limits.Copies, limits.SignIns, limits.Audit
	in.Cities = in.Cities && !set.CountryOnly
	f := Facts{Revision: revision, Domain: info.Domain, Zone: "UTC", Mode: info.Mode, Preset: set.Preset, Early: set.Early && info.Mode == "consent",
		Keep: set.Retention.OrDefault(), Floor: set.Floor, Links: !set.NoLinks,
		Forms: set.Forms, SearchKey: set.SearchKey, Localhost: set.Localhost, Hosts: set.Hosts, QueryKeys: set.QueryKeys, Groups: set.Groups, Excluded: set.Excluded,
		Countries: set.ExcludedCountries, Networks: len(set.ExcludedNetworks),
		Hidden: set.HidePage, Notice: set.Notice, Instance: in}
	if info.Zone != nil {
		f.Zone = info.Zone.String()
	}
	if f.Mode == "" {
		f.Mode = account.Modes[0]
	}
	if f.Notice.Basis == "" && f.Mode == "consent" {
		f.Notice.Basis = "consent"
	}
	if f.Floor == 0 {
		f.Floor = store.DefaultFloor
	}
	return f
}

// Facts returns the facts of a site as they are now: of its settings, and of what is kept of times when they were others.
func (p *Service) Facts(ctx context.Context, info store.SiteInfo, in Instance) (Facts, error) {
	f := FactsOf(info, in)
	if f.Cookie() || info.ID == "" {
		return f, nil
	}
	ctx, done := context.WithCancel(ctx)
	defer done()
	site, err := p.store.Site(ctx, info.ID)
	if err != nil {
		return f, err
	}
	last, err := site.LastKey(ctx)
	if err == nil && !last.IsZero() { // its day is over everywhere a day later, and the night after that removes it
		f.Former = last.AddDate(0, f.Keep.Keys, 2).Format(time.DateOnly)
	}
	return f, err
}

// Hash returns the SHA-256 of the facts in hex: two that say the same have the same.
func (f Facts) Hash() string {
	text, _ := json.Marshal(f) // of strings, numbers and switches, which can't fail
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Public is what of the facts is for anybody. Patterns of pages that are counted as one, and further hosts, are in nothing that the public is
// served, and may have names of an owner's customers, orders or machines in them: only how many there are is told.
type Public struct {
	Facts
	Groups int `json:"groups"`
	Hosts  int `json:"hosts"`
}

// Public returns what of the facts is for anybody.
func (f Facts) Public() Public { return Public{f, len(f.Groups), len(f.Hosts)} }

// Cookie reports whether the site may set its cookie.
func (f Facts) Cookie() bool { return f.Mode != "cookieless" }

// Recognises reports whether there are numbers by which a visitor can be recognised on another day: those of the cookie, or still those of a time
// when there was one.
func (f Facts) Recognises() bool { return f.Cookie() || f.Former != "" }

// Consent reports whether the site waits for consent.
func (f Facts) Consent() bool { return f.Mode == "consent" }

// Asked reports whether the script counts nothing at all until there is consent.
func (f Facts) Asked() bool { return f.Consent() && !f.Early }

// Objection reports whether something is counted without consent, which visitors may object to (GDPR, Article 21).
func (f Facts) Objection() bool { return f.Notice.Basis != "consent" || f.Early }

// CookieMonths is how long the cookie lives.
func (f Facts) CookieMonths() int { return cookieMonths }

// DailyCopies is of how many days the newest copy is kept.
func (f Facts) DailyCopies() int { return min(dailyCopies, f.Instance.CopyDays) }

// CopyDays is how long a copy lives at most, wherever it is.
func (f Facts) CopyDays() int { return store.MaxCopyDays }

// LateHours is how long hits of an erased visitor are refused.
func (f Facts) LateHours() int { return int(lateHits.Hours()) }

// IdleDays is how long a sign-in lasts after its last use.
func (f Facts) IdleDays() int { return min(int(account.SessionIdle.Hours()/24), f.SignIns) }

// Page is the address of the site's privacy page.
func (f Facts) Page() string { return f.Instance.Origin + "/privacy/" + f.Domain }

// Setting is one of the facts in words: a name and a value, both English.
type Setting struct{ Name, Value string }

// Settings returns the facts in words, in an order that never changes.
func (f Facts) Settings() []Setting {
	num := strconv.Itoa
	months := func(n int) string { return plural(n, "month", "months") }
	on := func(b bool) string {
		if b {
			return "on"
		}
		return "off"
	}
	or := func(text, none string) string {
		if text == "" {
			return none
		}
		return text
	}
	list := func(l []string) string { return or(strings.Join(l, ", "), "none") }
	rate, log := "off", "not kept by Sandprint"
	if f.Instance.RateLimit > 0 {
		rate = num(f.Instance.RateLimit)
	}
	if f.Instance.LogDays > 0 {
		log = "kept " + plural(f.Instance.LogDays, "day", "days")
	}
	return []Setting{
		{"Revision of the texts", num(f.Revision)},
		{"How visitors are recognised", f.Mode},
		{"Settings chosen together", or(f.Preset, "none")},
		{"Counted before consent, without a cookie", on(f.Early)},
		{"Visitors are recognised", months(f.Keep.Keys)},
		{"Numbers of earlier visitors, till", or(f.Former, "none")},
		{"Visits", months(f.Keep.Visits)},
		{"Totals of days", months(f.Keep.Totals)},
		{"Smallest group shown", num(f.Floor)},
		{"Clicks on links to other sites, and downloads", on(f.Links)},
		{"Forms that are sent", on(f.Forms)},
		{"Query key of the site's search", or(f.SearchKey, "none")},
		{"Pages on localhost", on(f.Localhost)},
		{"Further hosts", list(f.Hosts)},
		{"Query keys to keep", list(f.QueryKeys)},
		{"Pages counted as one", list(f.Groups)},
		{"Pages that are not counted", list(f.Excluded)},
		{"Countries that are not counted", list(f.Countries)},
		{"Networks that are not counted", num(f.Networks)},
		{"Visitors' own page", map[bool]string{false: "there", true: "hidden"}[f.Hidden]},
		{"Time zone", f.Zone},
		{"Controller", or(f.Notice.Controller, "not named")},
		{"Contact for questions about privacy", or(f.Notice.Contact, "not named")},
		{"Legal basis", or(f.Notice.Basis, "not chosen")},
		{"Address of this instance", or(f.Instance.Origin, "not named")},
		{"Several customers", on(f.Instance.Shared)},
		{"Hits a second and network", rate},
		{"Copies on this machine", plural(f.Instance.CopyDays, "day", "days")},
		{"Sign-ins", plural(f.SignIns, "day", "days")},
		{"Audit log", months(f.Audit)},
		{"Service log", log},
		{"Regions and cities", on(f.Instance.Cities)},
		{"Operator", or(f.Instance.Operator.Name, "not named")},
		{"Operator's contact", or(f.Instance.Operator.Contact, "not named")},
		{"Machines of", or(f.Instance.Operator.Host, "none")},
	}
}

// Change is one setting that is not what it was.
type Change struct{ Name, Was, Is string }

// ChangesSince returns what differs from earlier facts, in words.
func (f Facts) ChangesSince(before Facts) (list []Change) {
	was := before.Settings()
	for i, s := range f.Settings() {
		if s != was[i] {
			list = append(list, Change{s.Name, was[i].Value, s.Value})
		}
	}
	return list
}

// plural writes a number with what it counts.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
