package account

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// Names of store's about documents on privacy.
type (
	Publication = store.Publication
	Notice      = store.Notice
	Customer    = store.Customer
)

// Publish notes that a text made from a configuration is on a site now: for its editors and above.
func (s *Service) Publish(ctx context.Context, who Who, domain, hash string, facts []byte) (err error) {
	on := deed{actor: who.user}
	defer s.note(ctx, "site.publish", &on, &err)
	info, err := s.writable(ctx, who, domain)
	on.customer, on.object = info.Customer, info.Number
	if err != nil {
		return err
	}
	return notFound(s.control.Publish(ctx, info.ID, Publication{At: time.Now(), Hash: hash, Facts: facts}))
}

// Published returns what a site's owner has put on the site, for whoever reads its reports; false: nothing was said of it.
func (s *Service) Published(ctx context.Context, who Who, domain string) (Publication, bool, error) {
	info, err := s.site(ctx, who, domain)
	if err != nil {
		return Publication{}, false, err
	}
	p, err := s.control.Publication(ctx, info.ID)
	if errors.Is(err, store.ErrNotFound) {
		return p, false, nil
	}
	return p, err == nil, err
}

// SetNotice sets what only the owner can say in a site's documents: for its editors and above.
func (s *Service) SetNotice(ctx context.Context, who Who, domain string, n Notice) error {
	n.Controller, n.Contact = strings.Join(strings.Fields(n.Controller), " "), strings.TrimSpace(n.Contact)
	if err := checkText("controller", "name of the controller", n.Controller, 500); err != nil {
		return err
	}
	if err := checkContact("contact", n.Contact); err != nil {
		return err
	}
	switch n.Basis {
	case "", "interest", "consent", "exemption":
	default:
		return problem.BadField("basis", "bad_basis", "There is no legal basis called "+quote(n.Basis)+" here.").WithHint("Choose one of the list.")
	}
	_, err := s.ChangeSite(ctx, who, domain, SiteChange{Edit: func(set *SiteSettings) error {
		set.Notice = n
		return nil
	}})
	return err
}

// checkContact refuses what is no e-mail address; an empty one is left open.
func checkContact(field, address string) error {
	if a, err := mail.ParseAddress(address); address != "" && (err != nil || a.Address != address || len(address) > 254) {
		return problem.BadField(field, "bad_email", quote(address)+" is not an e-mail address.").WithHint("It looks like name@example.com.")
	}
	return nil
}

// writable returns a site that the asker may change.
func (s *Service) writable(ctx context.Context, who Who, domain string) (SiteInfo, error) {
	info, err := s.site(ctx, who, domain)
	if err == nil && !who.CanWrite(info) {
		err = forbidden("You may read this site, but not change it.", "Ask an owner for the role editor, or use a token of scope write.")
	}
	return info, err
}

// Shared reports whether the instance has several customers.
func (s *Service) Shared(ctx context.Context) (bool, error) {
	all, err := s.control.Customers(ctx)
	return len(all) > 1, err
}

// Customers returns all customers, and the domains of the sites of each: for the operator.
func (s *Service) Customers(ctx context.Context, who Who) (all []Customer, domains map[int64][]string, err error) {
	if !who.Operator() {
		return nil, nil, forbidden("Who uses this instance is shown to its operator only.", "")
	}
	if all, err = s.control.Customers(ctx); err != nil {
		return nil, nil, err
	}
	sites, err := s.control.Sites(ctx)
	domains = map[int64][]string{}
	for _, site := range sites {
		domains[site.Customer] = append(domains[site.Customer], site.Domain)
	}
	return all, domains, err
}
