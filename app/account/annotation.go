package account

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// Annotation is a note at a moment of a site's chart.
type Annotation = store.Annotation

// Bounds of annotations.
const (
	maxNote  = 200    // characters of one
	maxNotes = 10_000 // of a site
)

// Annotations returns the notes of a site from a moment until before another, by time: for whoever reads its reports.
func (s *Service) Annotations(ctx context.Context, who Who, domain string, from, to time.Time) ([]Annotation, error) {
	info, err := s.site(ctx, who, domain)
	if err != nil {
		return nil, err
	}
	return s.control.Annotations(ctx, info.ID, from, to)
}

// AddAnnotation puts a note on a site's chart: for its editors and above. Line breaks in the text become spaces, and what
// can't be seen is left out.
func (s *Service) AddAnnotation(ctx context.Context, who Who, domain string, at time.Time, text string) (a Annotation, err error) {
	on := deed{actor: who.user}
	defer s.note(ctx, "annotation.add", &on, &err)
	info, err := s.writable(ctx, who, domain)
	on.customer = info.Customer
	if err != nil {
		return Annotation{}, err
	}
	if text, err = noteText(text); err != nil {
		return Annotation{}, err
	}
	if err = noteTime(at); err != nil {
		return Annotation{}, err
	}
	a, err = s.control.AddAnnotation(ctx, info.ID, at, text, maxNotes)
	on.object = a.ID
	if errors.Is(err, store.ErrFull) {
		return a, problem.New(http.StatusConflict, "too_many", "This site has 10,000 annotations, and no room for more.").WithHint("Remove some that nobody needs.")
	}
	return a, notFound(err)
}

// ChangeAnnotation gives a note another moment, another text or both, where these are not nil: for the site's editors and above.
func (s *Service) ChangeAnnotation(ctx context.Context, who Who, domain string, id int64, at *time.Time, text *string) (a Annotation, err error) {
	on := deed{actor: who.user, object: id}
	defer s.note(ctx, "annotation.change", &on, &err)
	info, err := s.writable(ctx, who, domain)
	on.customer = info.Customer
	if err == nil && at != nil {
		err = noteTime(*at)
	}
	if err == nil && text != nil {
		var clean string
		clean, err = noteText(*text)
		text = &clean
	}
	if err != nil {
		return Annotation{}, err
	}
	a, err = s.control.ChangeAnnotation(ctx, info.ID, id, at, text)
	return a, notFound(err)
}

// noteText returns the text of an annotation as it is kept.
func noteText(text string) (string, error) {
	text = strings.Join(strings.Fields(strings.Map(seen, strings.ToValidUTF8(text, "\uFFFD"))), " ")
	switch {
	case text == "":
		return "", problem.BadField("text", "empty_text", "The annotation says nothing.").WithHint("Write what happened.")
	case utf8.RuneCountInString(text) > maxNote:
		return "", problem.BadField("text", "too_long", "The annotation is too long.").WithHint("Say it in 200 characters.")
	}
	return text, nil
}

// noteTime refuses a moment that no chart shows.
func noteTime(at time.Time) error {
	if at.Year() < 1970 || at.Year() > 9998 {
		return problem.BadField("at", "bad_time", "The annotation is at no time that a chart can show.").WithHint("Write the time as 2026-11-24T15:04:05+01:00 or 2026-11-24.")
	}
	return nil
}

// RemoveAnnotation takes a note off a site's chart: for its editors and above.
func (s *Service) RemoveAnnotation(ctx context.Context, who Who, domain string, id int64) (err error) {
	on := deed{actor: who.user, object: id}
	defer s.note(ctx, "annotation.remove", &on, &err)
	info, err := s.writable(ctx, who, domain)
	on.customer = info.Customer
	if err != nil {
		return err
	}
	return notFound(s.control.DeleteAnnotation(ctx, info.ID, id))
}

// seen keeps what can be seen of a text, and the joiners that make one picture or word of several characters.
func seen(r rune) rune {
	switch {
	case r == '\u200c' || r == '\u200d':
		return r
	case unicode.Is(unicode.Cc, r):
		return ' '
	case unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}
