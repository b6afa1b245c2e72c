package privacy

import (
	"context"

	"sandprint/app/store"
)

// Show returns all that is kept of the visitor of an order, for that visitor to see.
func (p *Service) Show(ctx context.Context, o Order) (store.VisitorRecord, error) {
	ctx, done := context.WithCancel(ctx)
	defer done()
	site, err := p.store.Site(ctx, o.Site.ID)
	if err != nil {
		return store.VisitorRecord{}, err
	}
	return site.Visitor(ctx, o.Keys...)
}
