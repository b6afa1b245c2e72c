package account

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// AuditEntry is one thing that somebody did or was refused, by numbers.
type AuditEntry = store.AuditEntry

// Actions are all that the audit log knows, each named by the kind of what it is done to, and how. Reading reports and saving them to
// a file is none: what a file holds, the page has shown, and it is about groups.
var Actions = []string{
	"user.add", "user.remove", "user.role", "user.link", "user.password", "user.sign-in", "user.sign-out", "user.sign-out-everywhere", "user.confirm",
	"token.add", "token.revoke",
	"site.add", "site.change", "site.mode", "site.retention", "site.rules", "site.preset", "site.publish", "site.remove", "site.import", "site.erase-visitor", "site.erase-before",
	"segment.add", "segment.change", "segment.remove", "annotation.add", "annotation.change", "annotation.remove",
	"customer.erase",
	"instance.backup", "instance.restore", "instance.cookie-key", "instance.change", "instance.limits", "instance.terms", "instance.privacy",
}

// deed is something that somebody does, filled in on the way.
type deed struct {
	actor    int64 // number of the person; 0: who has the machine, or nobody who is known
	customer int64 // whose owners see it; 0: nobody's but the person's, or of the whole instance
	object   int64 // number of what it is done to
}

// note writes what a deed came to into the audit log. It is deferred by every method that changes something, with its results named. What
// was only mistyped is not noted, and is nothing that was done; nor is a site that the asker may not know of. When it can't be written, that is
// the method's error.
func (s *Service) note(ctx context.Context, action string, on *deed, err *error) {
	result := store.AuditDone
	if *err != nil {
		result = store.AuditFailed
		if p, ok := errors.AsType[*problem.Error](*err); ok && p.Status < 500 {
			result = store.AuditRefused
			if p.Status != http.StatusForbidden && p.Status != http.StatusUnauthorized {
				return
			}
		}
	}
	if result == store.AuditRefused && !s.refusals.Allow() {
		return
	}
	entry := AuditEntry{At: time.Now(), Actor: on.actor, Customer: on.customer, Action: action, Object: on.object, Result: result}
	if noted := s.control.AddAudit(context.WithoutCancel(ctx), entry); *err == nil {
		*err = noted
	}
}

// changed returns what the audit log says of a change of a site: an action for each kind of settings that are others now.
func changed(was, is SiteInfo, preset bool) (actions []string) {
	if preset {
		return []string{"site.preset"}
	}
	before, after := was.Settings, is.Settings
	differ := func(action string, others bool) {
		if others {
			actions = append(actions, action)
		}
	}
	differ("site.mode", was.Mode != is.Mode || before.Early != after.Early)
	differ("site.retention", before.Retention != after.Retention)
	rules := func(s SiteSettings) [][]string {
		return [][]string{s.Groups, s.Excluded, s.QueryKeys, s.ExcludedCountries, s.ExcludedNetworks}
	}
	differ("site.rules", !slices.EqualFunc(rules(before), rules(after), slices.Equal))
	before.Early, before.Retention = after.Early, after.Retention
	before.Groups, before.Excluded, before.QueryKeys, before.ExcludedCountries, before.ExcludedNetworks = after.Groups, after.Excluded, after.QueryKeys, after.ExcludedCountries, after.ExcludedNetworks
	differ("site.change", len(actions) == 0 || was.Zone.String() != is.Zone.String() || !reflect.DeepEqual(before, after))
	return actions
}

// newRefusals bounds the refusals that are noted, so that who guesses passwords from many networks doesn't fill the log.
func newRefusals() *rate.Limiter { return rate.NewLimiter(rate.Every(time.Minute), 100) }

// Note notes what is done by others than this service: imports, erasures, copies. Customer is 0 for what is the whole instance's, object the
// number of what the action names. It returns failed, or that it can't be noted.
func (s *Service) Note(ctx context.Context, who Who, action string, customer, object int64, failed error) error {
	s.note(ctx, action, &deed{who.user, customer, object}, &failed)
	return failed
}

// AuditRow is an entry with the names that the asker may know, as they are now; what is gone has only its number.
type AuditRow struct {
	AuditEntry
	ActorName  string `json:"actor_email,omitempty"`
	ObjectName string `json:"object_name,omitempty"` // a person's address, or a site's domain
}

// CanAudit reports whether there are entries of the audit log that the asker may see: those of customers whose owner they are, or all.
func (w Who) CanAudit() bool { return w.Operator() || len(w.owned()) > 0 && !w.IsToken() }

// owned returns the customers whose owner the asker is.
func (w Who) owned() (customers []int64) {
	for customer := range w.roles {
		if w.roleAt(customer) == Owner {
			customers = append(customers, customer)
		}
	}
	return customers
}

// Audit returns what people did, the newest first, from an entry on (before its number; 0: from the newest), and no more than so many: to the
// operator all, to owners what is their customers' and what their people did that is no customer's.
func (s *Service) Audit(ctx context.Context, who Who, before int64, limit int) ([]AuditRow, error) {
	if !who.CanAudit() {
		return nil, forbidden("The audit log is shown to owners and to who runs this instance.", "Ask an owner.")
	}
	names, err := s.namesFor(ctx, who)
	if err != nil {
		return nil, err
	}
	entries, err := s.control.Audit(ctx, store.AuditQuery{All: who.Operator(), Customers: who.owned(), Users: names.numbers(), Before: before, Limit: limit})
	rows := make([]AuditRow, len(entries))
	for i, e := range entries {
		rows[i] = AuditRow{e, names.users[e.Actor], names.object(e)}
	}
	return rows, err
}

// auditNames are names of people and sites by number.
type auditNames struct {
	users map[int64]string
	sites map[int64]string
}

// namesFor returns the people and sites whose names the asker may know: the operator sees those of other customers by number.
func (s *Service) namesFor(ctx context.Context, who Who) (n auditNames, err error) {
	n = auditNames{map[int64]string{}, map[int64]string{}}
	users, err := s.control.Users(ctx)
	if err != nil {
		return n, err
	}
	owned := who.owned()
	for _, u := range users {
		theirs := slices.ContainsFunc(owned, func(customer int64) bool { return u.Roles[customer] != "" })
		if theirs || u.ID == who.user || who.local {
			n.users[u.ID] = u.Email
		}
	}
	sites, err := s.Sites(ctx, who)
	for _, site := range sites {
		n.sites[site.Number] = site.Domain
	}
	return n, err
}

func (n auditNames) numbers() (list []int64) {
	for user := range n.users {
		list = append(list, user)
	}
	return list
}

func (n auditNames) object(e AuditEntry) string {
	switch kind, _, _ := strings.Cut(e.Action, "."); kind {
	case "user":
		return n.users[e.Object]
	case "site":
		return n.sites[e.Object]
	}
	return ""
}
