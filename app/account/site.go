package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// Modes lists how a site may recognise visitors, the default first.
var Modes = []string{"cookie", "cookieless", "consent"}

// BeforeConsent lists what may be counted in the mode consent until there is consent, the default first.
var BeforeConsent = []string{"nothing", "cookieless"}

// NewSite is what AddSite is told.
type NewSite struct {
	Domain   string // as typed or pasted: a scheme, port, path and www. are taken off
	Customer string // name; empty: the only one that the asker may add sites to
	Zone     string // IANA time zone; empty: UTC
	Mode     string // one of Modes; empty: the first
	Before   string // one of BeforeConsent; empty: the first
	Preset   string // name of one of Presets, which gives what the others leave open; empty: none
}

// SiteChange is what ChangeSite is told; what is nil stays.
type SiteChange struct {
	Zone     *string
	Mode     *string
	Preset   *string // applied before what else is changed
	Settings *SiteSettings
	Edit     func(*SiteSettings) error // changes the settings as they are at that moment, their lists anew; its error stops the change
	Sure     func(SiteInfo) error      // looks at the site as it would be; its error stops the change
}

// Open returns the read-only handle of a site. It is the only source of one. It returns problem.NotFound for a site that
// isn't there and, being the same value, for one whose reports the asker may not read.
func (s *Service) Open(ctx context.Context, who Who, domain string) (store.Reader, error) {
	info, err := s.site(ctx, who, domain)
	if err != nil {
		return nil, err
	}
	site, err := s.store.Site(ctx, info.ID)
	if errors.Is(err, store.ErrNewer) {
		return nil, problem.New(http.StatusServiceUnavailable, "newer_file", "The file of this site was written by a newer version of Sandprint and was left as it is.").
			WithHint("Run that version, or a newer one.").Because(err)
	}
	if errors.Is(err, store.ErrDamaged) {
		return nil, problem.Damaged.Because(err)
	}
	if err != nil {
		return nil, notFound(err)
	}
	return site, nil
}

// Known returns what is known of a site as Open does, also of one whose file can't be read.
func (s *Service) Known(ctx context.Context, who Who, domain string) (SiteInfo, error) {
	return s.site(ctx, who, domain)
}

// site returns what is known of a site that the asker may read, or problem.NotFound.
func (s *Service) site(ctx context.Context, who Who, domain string) (SiteInfo, error) {
	name, err := checkDomain(domain)
	if err != nil {
		return SiteInfo{}, problem.NotFound
	}
	info, err := s.control.SiteByDomain(ctx, name)
	if err != nil {
		return SiteInfo{}, notFound(err)
	}
	if !who.CanRead(info) {
		return SiteInfo{}, problem.NotFound
	}
	return info, nil
}

// Sites returns the sites whose reports the asker may read, by domain.
func (s *Service) Sites(ctx context.Context, who Who) ([]SiteInfo, error) {
	all, err := s.control.Sites(ctx)
	return slices.DeleteFunc(all, func(site SiteInfo) bool { return !who.CanRead(site) }), err
}

// CheckSite tells what is wrong with the domain or the time zone of a site that is to be added; nil: nothing, unless it
// turns out to be taken.
func (s *Service) CheckSite(domain, zone string) error {
	if _, err := checkDomain(domain); err != nil {
		return err
	}
	_, err := checkZone(zone)
	return err
}

// AddSite adds a site to a customer whose admin or owner the asker is.
func (s *Service) AddSite(ctx context.Context, who Who, n NewSite) (info SiteInfo, err error) {
	on := deed{actor: who.user}
	defer s.note(ctx, "site.add", &on, &err)
	if !who.Signed() {
		return SiteInfo{}, needUser(who)
	}
	domain, err := checkDomain(n.Domain)
	if err != nil {
		return SiteInfo{}, err
	}
	zone, err := checkZone(n.Zone)
	if err != nil {
		return SiteInfo{}, err
	}
	mode, err := checkMode(n.Mode)
	if err != nil {
		return SiteInfo{}, err
	}
	early, err := CountsEarly(n.Before)
	if err != nil {
		return SiteInfo{}, err
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	customer, err := s.ownerOf(ctx, who, n.Customer)
	if err != nil {
		return SiteInfo{}, err
	}
	info = SiteInfo{Customer: customer, Domain: domain, Zone: zone, Mode: mode}
	if n.Preset != "" {
		preset, err := PresetNamed(n.Preset)
		if err != nil {
			return SiteInfo{}, err
		}
		if preset.Apply(&info); n.Mode != "" {
			info.Mode = mode
		}
	}
	info.Settings.Early = early
	limits, err := s.Limits(ctx)
	if err != nil {
		return SiteInfo{}, err
	}
	info.Settings.Retention = limits.Within(info.Settings.Retention)
	info, err = s.store.AddSite(ctx, info)
	if errors.Is(err, store.ErrExists) {
		return SiteInfo{}, s.taken(ctx, who, domain)
	}
	on.customer, on.object = customer, info.Number
	return info, err
}

// taken says that a domain is there already, without telling a stranger whose it is.
func (s *Service) taken(ctx context.Context, who Who, domain string) error {
	e := problem.New(http.StatusConflict, "domain_taken", "This domain can't be added here; if it is yours, ask the operator.")
	if _, err := s.site(ctx, who, domain); err == nil {
		e = problem.New(http.StatusConflict, "site_exists", quote(domain)+" is here already.").WithHint("Open it, or add another domain.")
	}
	e.Field = "domain"
	return e
}

// ownerOf returns the customer who is to own a new site. At the command line it is made if new.
func (s *Service) ownerOf(ctx context.Context, who Who, name string) (int64, error) {
	if who.local {
		return s.localCustomer(ctx, name)
	}
	if who.site != "" {
		return 0, forbidden("This token is for one site and can't add another.", "Use one for all your sites.")
	}
	all, err := s.control.Customers(ctx)
	if err != nil {
		return 0, err
	}
	all = slices.DeleteFunc(all, func(c store.Customer) bool { return who.roleAt(c.ID) == "" })
	if name = strings.TrimSpace(name); name != "" {
		all = slices.DeleteFunc(all, func(c store.Customer) bool { return !strings.EqualFold(c.Name, name) })
		if len(all) == 0 {
			return 0, problem.NotFound
		}
	}
	all = slices.DeleteFunc(all, func(c store.Customer) bool { return !who.roleAt(c.ID).atLeast(Admin) })
	switch len(all) {
	case 0:
		return 0, forbidden("You may not add a site: that takes the role admin or owner and, for a token, the scope write.",
			"Ask an owner.")
	case 1:
		return all[0].ID, nil
	}
	return 0, problem.BadField("customer", "customer_needed", "You have several customers: it isn't clear whose site this is.").
		WithHint("Choose one.")
}

func (s *Service) localCustomer(ctx context.Context, name string) (int64, error) {
	name, isNew, err := s.customerFor(ctx, name)
	if err != nil {
		return 0, err
	}
	get := s.control.CustomerByName
	if isNew {
		get = s.control.AddCustomer
	}
	c, err := get(ctx, name)
	return c.ID, err
}

// ChangeSite changes a site's settings: for its editors and above.
func (s *Service) ChangeSite(ctx context.Context, who Who, domain string, change SiteChange) (info SiteInfo, err error) {
	on := deed{actor: who.user}
	actions := []string{"site.change"}
	defer func() {
		for _, action := range actions {
			s.note(ctx, action, &on, &err)
		}
	}()
	s.changing.Lock()
	defer s.changing.Unlock()
	info, err = s.site(ctx, who, domain)
	if err != nil {
		return SiteInfo{}, err
	}
	was := info
	on.customer, on.object = info.Customer, info.Number
	if !who.CanWrite(info) {
		return SiteInfo{}, forbidden("You may read this site, but not change it.", "Ask an owner for the role editor, or use a token of scope write.")
	}
	limits, err := s.Limits(ctx)
	if err != nil {
		return SiteInfo{}, err
	}
	if change.Preset != nil {
		preset, err := PresetNamed(*change.Preset)
		if err != nil {
			return SiteInfo{}, err
		}
		preset.Apply(&info)
		info.Settings.Retention = limits.Within(info.Settings.Retention)
	}
	if change.Zone != nil {
		if info.Zone, err = checkZone(*change.Zone); err != nil {
			return SiteInfo{}, err
		}
	}
	if change.Mode != nil {
		if info.Mode, err = checkMode(*change.Mode); err != nil {
			return SiteInfo{}, err
		}
	}
	set := info.Settings
	if change.Settings != nil {
		set = *change.Settings
	}
	if change.Edit != nil {
		if err := change.Edit(&set); err != nil {
			return SiteInfo{}, err
		}
	}
	if change.Settings != nil || change.Edit != nil {
		if info.Settings, err = checkSettings(set, info); err != nil {
			return SiteInfo{}, err
		}
	}
	if err := limits.allow(info.Settings.Retention); err != nil {
		return SiteInfo{}, err
	}
	info.Settings.Retention = limits.Within(info.Settings.Retention)
	if change.Sure != nil {
		if err := change.Sure(info); err != nil {
			return SiteInfo{}, err
		}
	}
	actions = changed(was, info, change.Preset != nil)
	return info, notFound(s.store.UpdateSite(ctx, info))
}

// RemoveSite removes a site with all that was counted on it: for its customer's admins and owners. Others go on meanwhile: erasing its copies
// may take minutes.
func (s *Service) RemoveSite(ctx context.Context, who Who, domain string) (err error) {
	on := deed{actor: who.user}
	defer s.note(ctx, "site.remove", &on, &err)
	info, err := s.site(ctx, who, domain)
	if err != nil {
		return err
	}
	on.customer, on.object = info.Customer, info.Number
	if !who.CanManage(info) {
		return forbidden("You may read this site, but not remove it.", "Ask an owner.")
	}
	return notFound(s.remove(ctx, info))
}

func checkZone(zone string) (*time.Location, error) {
	if zone = strings.TrimSpace(zone); zone == "" {
		return time.UTC, nil
	}
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return nil, problem.BadField("timezone", "bad_timezone", "There is no time zone "+quote(zone)+".").
			WithHint("It looks like Europe/Berlin; UTC is one too.")
	}
	return loc, nil
}

func checkMode(mode string) (string, error) {
	if mode == "" {
		return Modes[0], nil
	}
	if !slices.Contains(Modes, mode) {
		return "", problem.BadField("mode", "bad_mode", "There is no way of counting called "+quote(mode)+".").
			WithHint("The ways are cookie, cookieless and consent.")
	}
	return mode, nil
}

// CountsEarly reports whether one of BeforeConsent says that visitors are counted before consent.
func CountsEarly(before string) (bool, error) {
	if before != "" && !slices.Contains(BeforeConsent, before) {
		return false, problem.BadField("before_consent", "bad_before_consent", "Before consent can't be counted as "+quote(before)+".").
			WithHint("It is nothing or cookieless.")
	}
	return before == BeforeConsent[1], nil
}

// checkSettings returns settings of a site as they are kept, or names the first mistake.
func checkSettings(set SiteSettings, site SiteInfo) (SiteSettings, error) {
	if set.Floor < 0 || set.Floor > 20 {
		return set, problem.BadField("floor", "bad_floor", "The smallest group shown is a number from 1 to 20.")
	}
	if err := checkRetention(set.Retention); err != nil {
		return set, err
	}
	set.Hosts = slices.Clone(set.Hosts)
	for i, host := range set.Hosts {
		name, err := checkDomain(host)
		if err != nil {
			bad := *problem.Of(err)
			bad.Field = "hosts"
			return set, &bad
		}
		set.Hosts[i] = name
	}
	if len(set.Hosts) > maxList {
		return set, tooLong("hosts", "host")
	}
	if err := checkSearchKey(set.SearchKey); err != nil {
		return set, err
	}
	if err := checkRules(&set, site.Settings, site.Domain); err != nil {
		return set, err
	}
	if err := checkGoals(set.Goals); err != nil {
		return set, err
	}
	return set, checkFunnels(set.Funnels)
}

// checkSearchKey refuses what can't be the query key of a search.
func checkSearchKey(key string) error {
	if err := checkText("search_key", "query key", key, 100); err != nil {
		return err
	}
	if strings.ContainsAny(key, " &=?#/") || slices.Contains([]string{"page", "lang", "ref", "source"}, key) || strings.HasPrefix(key, "utm_") {
		return problem.BadField("search_key", "bad_search_key", quote(key)+" can't be the query key of a search.").
			WithHint("Of an address such as /search?q=kettle it is q.")
	}
	return nil
}

// checkRetention names the time that is out of its bounds; 0 is the default of each.
func checkRetention(r Retention) error {
	for _, m := range []struct {
		field, what    string
		months, atMost int
	}{
		{"keep_keys", "The time that visitors are recognised for", r.Keys, store.MaxKeyMonths},
		{"keep_visits", "The time that visits are kept for", r.Visits, store.MaxVisitMonths},
		{"keep_totals", "The time that totals of days are kept for", r.Totals, store.MaxTotalMonths},
	} {
		if m.months < 0 || m.months > m.atMost {
			return problem.BadField(m.field, "bad_retention", fmt.Sprintf("%s is a number of months from 1 to %d.", m.what, m.atMost))
		}
	}
	return nil
}

func checkGoals(goals []Goal) error {
	if len(goals) > maxList {
		return tooLong("goals", "goal")
	}
	names := map[string]bool{}
	for _, g := range goals {
		if err := checkText("goals", "goal", g.Name+g.Event+g.Page+strings.Join(g.Props, ""), 1000); err != nil {
			return err
		}
		switch {
		case g.Name == "":
			return problem.BadField("goals", "bad_goal", "A goal has no name.").WithHint("Name it.")
		case (g.Event == "") == (g.Page == ""):
			return problem.BadField("goals", "bad_goal", "The goal "+quote(g.Name)+" is to be either an event or a page.").WithHint("Set one of the two.")
		case len(g.Props) > 0 && g.Event == "", len(g.Props) > maxConditions:
			return problem.BadField("goals", "bad_goal", "The goal "+quote(g.Name)+" can't have these conditions on properties.").WithHint("A goal that is an event may have up to 10.")
		case g.Scroll < 0 || g.Scroll > 100 || g.Engaged < 0 || g.Engaged > daySeconds:
			return problem.BadField("goals", "bad_goal", "The goal "+quote(g.Name)+" asks for more than there is.").WithHint("Scrolling is from 1 to 100 percent, engagement up to 86400 seconds.")
		case g.Page == "" && (g.Scroll > 0 || g.Engaged > 0):
			return problem.BadField("goals", "bad_goal", "The goal "+quote(g.Name)+" is an event, which has no scrolling and no engagement.").WithHint("Make it a goal of a page.")
		case names[g.Name]:
			return problem.BadField("goals", "bad_goal", "There are two goals named "+quote(g.Name)+".").WithHint("Give each its own name.")
		}
		names[g.Name] = true
	}
	return nil
}

// checkFunnels looks at names and numbers; what the steps say is looked at where they are read.
func checkFunnels(funnels []Funnel) error {
	if len(funnels) > maxFunnels {
		return problem.BadField("funnels", "too_many", "A site has at most 50 funnels.").WithHint("Remove one first.")
	}
	names := map[string]bool{}
	for _, f := range funnels {
		if err := checkText("funnels", "funnel", f.Name+strings.Join(f.Steps, ""), 10_000); err != nil {
			return err
		}
		switch {
		case strings.TrimSpace(f.Name) == "":
			return problem.BadField("funnels", "bad_funnel", "A funnel has no name.").WithHint("Name it.")
		case len(f.Name) > maxFunnelName:
			return problem.BadField("funnels", "bad_funnel", "The name of a funnel has more than 120 bytes.").WithHint("Shorten it.")
		case len(f.Steps) < 2 || len(f.Steps) > 8:
			return problem.BadField("funnels", "bad_funnel", "A funnel has 2 to 8 steps.").WithHint("Add some, or take some out.")
		case names[f.Name]:
			return problem.BadField("funnels", "bad_funnel", "There are two funnels named "+quote(f.Name)+".").WithHint("Give each its own name.")
		}
		names[f.Name] = true
	}
	return nil
}

// Bounds on funnels.
const (
	maxFunnels    = 50
	maxFunnelName = 120
)

// Bounds on what a goal asks for.
const (
	maxConditions = 10
	daySeconds    = 86400
)

// maxList is the most entries of a list in a site's settings.
const maxList = 200

func tooLong(field, what string) error {
	return problem.BadField(field, "too_many", "There are more than 200 entries of the kind "+quote(what)+".").WithHint("Take some out; patterns can stand for many.")
}
