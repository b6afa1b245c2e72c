package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// Limits are how long the operator has things kept; 0 is the default of each. Those of what belongs to sites hold for every site: setting
// them changes the settings of those that keep longer.
type Limits struct {
	Keys    int `json:"keys,omitempty"`     // months at most, of visitors after their last visit: 1 to store.MaxKeyMonths, which is the default
	Visits  int `json:"visits,omitempty"`   // months at most: 1 to store.MaxVisitMonths, the default
	Totals  int `json:"totals,omitempty"`   // months at most, of the totals of days: 1 to store.MaxTotalMonths, the default
	Audit   int `json:"audit,omitempty"`    // months, of the audit log: 6–36, 12
	Copies  int `json:"copies,omitempty"`   // days, of the nightly copies: 1 to store.MaxCopyDays, the default
	SignIns int `json:"sign_ins,omitempty"` // days after the sign-in: 1–30, 30
}

// Each returns every limit, those of what belongs to sites first.
func (l *Limits) Each() []Limit {
	return []Limit{
		{"keys", &l.Keys, 1, store.MaxKeyMonths, store.MaxKeyMonths, "months"},
		{"visits", &l.Visits, 1, store.MaxVisitMonths, store.MaxVisitMonths, "months"},
		{"totals", &l.Totals, 1, store.MaxTotalMonths, store.MaxTotalMonths, "months"},
		{"audit", &l.Audit, 6, 36, 12, "months"},
		{"copies", &l.Copies, 1, store.MaxCopyDays, store.MaxCopyDays, "days"},
		{"sign_ins", &l.SignIns, 1, maxSignIn, maxSignIn, "days"},
	}
}

// Limit is one of the limits.
type Limit struct {
	Field              string // that sets it
	Value              *int
	Least, Most, Unset int
	Unit               string // months or days
}

const limitsSetting = "limits"

// OrDefault returns the limits that hold.
func (l Limits) OrDefault() Limits {
	for _, b := range l.Each() {
		if *b.Value == 0 {
			*b.Value = b.Unset
		}
	}
	return l
}

// Within returns a site's times as the limits allow them. What was left open stays so where its default is allowed.
func (l Limits) Within(r Retention) Retention {
	l = l.OrDefault()
	holds := r.OrDefault()
	for _, m := range []struct {
		months      *int
		holds, most int
	}{{&r.Keys, holds.Keys, l.Keys}, {&r.Visits, holds.Visits, l.Visits}, {&r.Totals, holds.Totals, l.Totals}} {
		if m.holds > m.most {
			*m.months = m.most
		}
	}
	return r
}

// Limits returns the limits as the operator set them.
func (s *Service) Limits(ctx context.Context) (l Limits, err error) {
	data, err := s.control.Setting(ctx, limitsSetting)
	if errors.Is(err, store.ErrNotFound) {
		return l, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &l)
	}
	return l, err
}

// Check names the first limit that is out of its bounds.
func (l Limits) Check() error {
	for _, b := range l.Each() {
		if n := *b.Value; n != 0 && (n < b.Least || n > b.Most) {
			return problem.BadField(b.Field, "bad_limit", fmt.Sprintf("This is a number of %s from %d to %d.", b.Unit, b.Least, b.Most))
		}
	}
	return nil
}

// SetLimits sets the limits, and shortens what sites keep longer: for the operator. What is too old then goes with the next nightly round.
func (s *Service) SetLimits(ctx context.Context, who Who, l Limits) (err error) {
	defer s.note(ctx, "instance.limits", &deed{actor: who.user}, &err)
	if !who.Operator() {
		return problem.NotFound
	}
	if err := l.Check(); err != nil {
		return err
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	data, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if err := s.control.SetSetting(ctx, limitsSetting, data); err != nil {
		return err
	}
	for _, info := range s.store.Sites() {
		keep := l.Within(info.Settings.Retention)
		if keep == info.Settings.Retention {
			continue
		}
		info.Settings.Retention = keep
		if err := s.store.UpdateSite(ctx, info); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return s.control.ShortenSessions(ctx, l.signIn())
}

// CopiesLive is how long the nightly copies live.
func (l Limits) CopiesLive() time.Duration {
	return time.Duration(l.OrDefault().Copies) * 24 * time.Hour
}

// signIn is how long a sign-in lasts.
func (l Limits) signIn() time.Duration { return time.Duration(l.OrDefault().SignIns) * 24 * time.Hour }

// allow refuses times that are longer than the limits.
func (l Limits) allow(r Retention) error {
	l = l.OrDefault()
	for _, m := range []struct {
		field, what  string
		months, most int
	}{{"keep_keys", "How long visitors are recognised", r.Keys, l.Keys}, {"keep_visits", "How long visits are kept", r.Visits, l.Visits},
		{"keep_totals", "How long totals of days are kept", r.Totals, l.Totals}} {
		if m.months > m.most {
			return problem.BadField(m.field, "over_limit", fmt.Sprintf("%s: whoever runs this instance allows %s at most.", m.what, months(m.most)))
		}
	}
	return nil
}

// months writes a number of months.
func months(n int) string {
	if n == 1 {
		return "1 month"
	}
	return fmt.Sprintf("%d months", n)
}

// Nightly removes what has run out: sessions, links and, unless the clock looks wrong, what of the audit log is too old. It returns how many
// entries of that went.
func (s *Service) Nightly(ctx context.Context, clockLooksWrong bool) (entries int64, err error) {
	if err := s.Tidy(ctx); err != nil || clockLooksWrong {
		return 0, err
	}
	l, err := s.Limits(ctx)
	if err != nil {
		return 0, err
	}
	return s.control.ForgetAudit(ctx, time.Now().AddDate(0, -l.OrDefault().Audit, 0))
}
