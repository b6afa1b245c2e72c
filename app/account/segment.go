package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// Segment is filters of a site's visits that have a name. A user's own is seen by nobody else; the site's are there for
// all who read its reports, and changed by its editors.
type Segment struct {
	ID        int64 // names it in addresses
	Name      string
	Filters   []string // as the stats contract writes them, joined by AND; whoever asks with them parses them
	Shared    bool     // it is the site's
	CanChange bool     // by the asker
}

// SegmentChange is what ChangeSegment is told; what is nil stays.
type SegmentChange struct {
	Name    *string
	Filters []string
	Shared  *bool
}

// maxSegments is how many segments a site has, and each of its users.
const maxSegments = 100

// ErrSegment is the answer for a segment that isn't there, for one of another site, and for somebody else's.
var ErrSegment = problem.BadField("segment", "no_segment", "There is no such segment here: it was removed, or it is somebody else's.").
	WithHint("Choose one of those in the filter menu, or go on without it.")

// Segments returns the segments that the asker may use at a site, by name: their own and the site's.
func (s *Service) Segments(ctx context.Context, who Who, domain string) ([]Segment, error) {
	site, err := s.site(ctx, who, domain)
	if err != nil {
		return nil, err
	}
	rows, err := s.control.Segments(ctx, site.ID, who.user)
	if err != nil {
		return nil, err
	}
	list := make([]Segment, len(rows))
	for i, row := range rows {
		list[i] = segmentOf(who, site, row)
	}
	return list, nil
}

func segmentOf(who Who, site SiteInfo, row store.Segment) Segment {
	return Segment{ID: row.ID, Name: row.Name, Filters: row.Filters, Shared: row.User == 0,
		CanChange: who.CanWrite(site) || row.User != 0 && who.scope != Read}
}

// AddSegment saves filters under a name, for the asker alone or, by an editor, for the site. The caller has parsed the filters.
func (s *Service) AddSegment(ctx context.Context, who Who, domain string, n Segment) (seg Segment, err error) {
	on := deed{actor: who.user}
	defer s.note(ctx, "segment.add", &on, &err)
	s.changing.Lock()
	defer s.changing.Unlock()
	site, err := s.site(ctx, who, domain)
	if err != nil {
		return Segment{}, err
	}
	on.customer = site.Customer
	row := store.Segment{Site: site.ID, Name: strings.TrimSpace(n.Name), Filters: n.Filters, Created: time.Now()}
	if !n.Shared {
		row.User = who.user
	}
	if err := checkSegment(who, site, row); err != nil {
		return Segment{}, err
	}
	rows, err := s.control.Segments(ctx, site.ID, who.user)
	if err != nil {
		return Segment{}, err
	}
	of := 0
	for _, other := range rows {
		if other.User == row.User {
			of++
		}
	}
	if of >= maxSegments {
		return Segment{}, problem.BadField("name", "too_many", fmt.Sprintf("There are %d segments already.", maxSegments)).WithHint("Remove one that is not needed.")
	}
	if row.ID, err = s.control.AddSegment(ctx, row); err != nil {
		return Segment{}, nameTaken(err)
	}
	on.object = row.ID
	return segmentOf(who, site, row), nil
}

// ChangeSegment renames a segment, replaces its filters, or gives it to the site or takes it back from it.
func (s *Service) ChangeSegment(ctx context.Context, who Who, domain string, id int64, change SegmentChange) (seg Segment, err error) {
	on := deed{actor: who.user, object: id}
	defer s.note(ctx, "segment.change", &on, &err)
	s.changing.Lock()
	defer s.changing.Unlock()
	site, row, err := s.segment(ctx, who, domain, id)
	on.customer = site.Customer
	if err != nil {
		return Segment{}, err
	}
	if change.Name != nil {
		row.Name = strings.TrimSpace(*change.Name)
	}
	if change.Filters != nil {
		row.Filters = change.Filters
	}
	if change.Shared != nil && *change.Shared {
		row.User = 0
	} else if change.Shared != nil {
		row.User = who.user
	}
	if err := checkSegment(who, site, row); err != nil {
		return Segment{}, err
	}
	return segmentOf(who, site, row), nameTaken(s.control.UpdateSegment(ctx, row))
}

// RemoveSegment removes a segment.
func (s *Service) RemoveSegment(ctx context.Context, who Who, domain string, id int64) (err error) {
	on := deed{actor: who.user, object: id}
	defer s.note(ctx, "segment.remove", &on, &err)
	s.changing.Lock()
	defer s.changing.Unlock()
	site, row, err := s.segment(ctx, who, domain, id)
	on.customer = site.Customer
	if err != nil {
		return err
	}
	if err = s.control.DeleteSegment(ctx, row.ID); errors.Is(err, store.ErrNotFound) {
		return ErrSegment
	}
	return err
}

// segment returns a segment that the asker may change.
func (s *Service) segment(ctx context.Context, who Who, domain string, id int64) (SiteInfo, store.Segment, error) {
	site, err := s.site(ctx, who, domain)
	if err != nil {
		return site, store.Segment{}, err
	}
	rows, err := s.control.Segments(ctx, site.ID, who.user)
	if err != nil {
		return site, store.Segment{}, err
	}
	for _, row := range rows {
		if row.ID == id {
			return site, row, mayChange(who, site, row)
		}
	}
	return site, store.Segment{}, ErrSegment
}

// mayChange refuses readers who would change what is the site's, and tokens that only read.
func mayChange(who Who, site SiteInfo, row store.Segment) error {
	switch {
	case segmentOf(who, site, row).CanChange:
		return nil
	case row.User != 0:
		return forbidden("This token may read and not change.", "Make a token of scope write.")
	}
	return forbidden("You may use this site's segments, but not make or change them.", "Save one for yourself, or ask an owner for the role editor.")
}

// checkSegment refuses a segment that can't be kept as it is.
func checkSegment(who Who, site SiteInfo, row store.Segment) error {
	if err := mayChange(who, site, row); err != nil {
		return err
	}
	if row.Name == "" {
		return problem.BadField("name", "empty", "The segment has no name.").WithHint("Name it.")
	}
	if len(row.Filters) == 0 {
		return problem.BadField("filter", "empty", "The segment has no filters.").WithHint("Filter the dashboard first, then save.")
	}
	return checkText("name", "name of the segment", row.Name, 60)
}

func nameTaken(err error) error {
	switch {
	case errors.Is(err, store.ErrExists):
		e := problem.New(http.StatusConflict, "name_taken", "There is a segment of this name already.").WithHint("Choose another name, or replace that one.")
		e.Field = "name"
		return e
	case errors.Is(err, store.ErrNotFound):
		return ErrSegment
	}
	return err
}
