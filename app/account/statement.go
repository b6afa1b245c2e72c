package account

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// Statement is a version of one of the operator's texts.
type Statement = store.Statement

// StatementKinds are the operator's texts for people who sign in.
var StatementKinds = []string{"terms", "privacy"}

// How much a text of the operator's may be; comparing two takes time and room by the product of their lines.
const (
	maxStatement      = 50_000 // bytes
	maxStatementLines = 1000
)

// Statements returns the versions of one of the operator's texts, the newest first; none: the operator has not written it. Anybody may read them.
func (s *Service) Statements(ctx context.Context, kind string) ([]Statement, error) {
	return s.control.Statements(ctx, kind)
}

// SaveStatement makes a text the newest version, unless it is that already: for the operator, to whom it counts as shown.
func (s *Service) SaveStatement(ctx context.Context, who Who, kind, text string) (err error) {
	defer s.note(ctx, "instance."+kind, &deed{actor: who.user}, &err)
	if !who.Operator() {
		return problem.NotFound
	}
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case text == "":
		return problem.BadField("text", "empty_text", "The text is empty.").WithHint("Write it, or leave the page.")
	case len(text) > maxStatement || strings.Count(text, "\n") >= maxStatementLines:
		return problem.BadField("text", "too_long", "The text has more than 50,000 bytes or 1,000 lines.").WithHint("Shorten it.")
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	versions, err := s.control.Statements(ctx, kind)
	if err != nil || len(versions) > 0 && versions[0].Text == text {
		return err
	}
	made, err := s.control.AddStatement(ctx, kind, text, time.Now())
	if err != nil || who.user == 0 {
		return err
	}
	return s.control.Show(ctx, who.user, kind, made.Version)
}

// News is a text of the operator's that somebody has not been shown as it is now.
type News struct {
	Kind     string
	Was, New string // Was is what they were shown last; empty: nothing
	Version  int
}

// News returns what is new to somebody who is signed in.
func (s *Service) News(ctx context.Context, who Who) (list []News, err error) {
	if who.user == 0 || who.IsToken() {
		return nil, nil
	}
	for _, kind := range StatementKinds {
		versions, err := s.control.Statements(ctx, kind)
		if err != nil {
			return nil, err
		}
		shown, err := s.control.Shown(ctx, who.user, kind)
		if err != nil {
			return nil, err
		}
		if len(versions) == 0 || versions[0].Version <= shown {
			continue
		}
		n := News{Kind: kind, New: versions[0].Text, Version: versions[0].Version}
		for _, v := range versions {
			if v.Version == shown {
				n.Was = v.Text
			}
		}
		list = append(list, n)
	}
	return list, nil
}

// Seen notes that somebody was shown a version of a text.
func (s *Service) Seen(ctx context.Context, who Who, kind string, version int) error {
	if err := needUser(who); err != nil {
		return err
	}
	versions, err := s.control.Statements(ctx, kind)
	if err != nil {
		return err
	}
	if len(versions) == 0 || version < 1 || version > versions[0].Version {
		return problem.NotFound
	}
	return notFound(s.control.Show(ctx, who.user, kind, version))
}

// Operator is who runs the instance, as they say themselves; what is empty is left open.
type Operator struct {
	Name    string `json:"name"`    // with postal address
	Contact string `json:"contact"` // e-mail address for questions about privacy
	Host    string `json:"host"`    // whose machines it runs on, and where; empty: their own
}

const operatorSetting = "operator"

// Operator returns who runs the instance. Anybody may know.
func (s *Service) Operator(ctx context.Context) (o Operator, err error) {
	data, err := s.control.Setting(ctx, operatorSetting)
	if errors.Is(err, store.ErrNotFound) {
		return o, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &o)
	}
	return o, err
}

// SetOperator sets who runs the instance: for the operator.
func (s *Service) SetOperator(ctx context.Context, who Who, o Operator) (err error) {
	defer s.note(ctx, "instance.change", &deed{actor: who.user}, &err)
	if !who.Operator() {
		return problem.NotFound
	}
	for _, field := range []struct {
		name, what string
		text       *string
	}{{"name", "name", &o.Name}, {"host", "name of the host", &o.Host}} {
		*field.text = strings.Join(strings.Fields(*field.text), " ")
		if err := checkText(field.name, field.what, *field.text, 500); err != nil {
			return err
		}
	}
	o.Contact = strings.TrimSpace(o.Contact)
	if err := checkContact("contact", o.Contact); err != nil {
		return err
	}
	data, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return s.control.SetSetting(ctx, operatorSetting, data)
}
