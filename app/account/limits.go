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

// Limits are what the operator allows at most, in months; 0 is the most that the program allows, and of the audit log its default. They
// hold for every site: setting them changes the settings of those that keep longer.
type Limits struct {
	Keys   int `json:"keys,omitempty"`   // of visitors, after their last visit
	Visits int `json:"visits,omitempty"` // visits
	Totals int `json:"totals,omitempty"` // totals of days
	Audit  int `json:"audit,omitempty"`  // the audit log, exactly so long: 6–36; 0: 12
}

// Bounds of how long the audit log is kept, in months.
const (
	minAudit     = 6
	maxAudit     = 36
	defaultAudit = 12
)

const limitsSetting = "limits"

// OrDefault returns the limits that hold.
func (l Limits) OrDefault() Limits {
	for _, m := range []struct {
		months *int
		unset  int
	}{{&l.Keys, store.MaxKeyMonths}, {&l.Visits, store.MaxVisitMonths}, {&l.Totals, store.MaxTotalMonths}, {&l.Audit, defaultAudit}} {
		if *m.months == 0 {
			*m.months = m.unset
		}
	}
	return l
}

// within returns a site's times as the limits allow them. What was left open stays so where its default is allowed.
func (l Limits) within(r Retention) Retention {
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

// SetLimits sets the limits, and shortens what sites keep longer: for the operator. What is too old then goes with the next nightly round.
func (s *Service) SetLimits(ctx context.Context, who Who, l Limits) (err error) {
	defer s.note(ctx, "instance.change", &deed{actor: who.user}, &err)
	if !who.Operator() {
		return problem.NotFound
	}
	for _, m := range []struct {
		field               string
		months, least, most int
	}{{"keys", l.Keys, 1, store.MaxKeyMonths}, {"visits", l.Visits, 1, store.MaxVisitMonths}, {"totals", l.Totals, 1, store.MaxTotalMonths}, {"audit", l.Audit, minAudit, maxAudit}} {
		if m.months != 0 && (m.months < m.least || m.months > m.most) {
			return problem.BadField(m.field, "bad_limit", fmt.Sprintf("This is a number of months from %d to %d.", m.least, m.most))
		}
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
		keep := l.within(info.Settings.Retention)
		if keep == info.Settings.Retention {
			continue
		}
		info.Settings.Retention = keep
		if err := s.store.UpdateSite(ctx, info); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}

// allow refuses times that are longer than the limits.
func (l Limits) allow(r Retention) error {
	l = l.OrDefault()
	for _, m := range []struct {
		field        string
		months, most int
	}{{"keep_keys", r.Keys, l.Keys}, {"keep_visits", r.Visits, l.Visits}, {"keep_totals", r.Totals, l.Totals}} {
		if m.months > m.most {
			return problem.BadField(m.field, "over_limit", fmt.Sprintf("Whoever runs this instance allows %d months at most.", m.most))
		}
	}
	return nil
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
