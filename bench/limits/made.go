package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"sandprint/app/store"
	"sandprint/bench/gen"
)

// makeSite fills a new site with the made-up visits of a scale, in sealed days.
func makeSite(ctx context.Context, s *store.Store, scale string) (store.SiteInfo, error) {
	o, err := gen.Scale(scale, time.Now().UTC().Truncate(24*time.Hour))
	if err != nil {
		return store.SiteInfo{}, err
	}
	customer, err := s.Control().AddCustomer(ctx, "Bench")
	if err != nil {
		return store.SiteInfo{}, err
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return store.SiteInfo{}, err
	}
	info, err := s.AddSite(ctx, store.SiteInfo{Customer: customer.ID, Domain: gen.Domain, Zone: zone, Mode: "cookie"})
	if err != nil {
		return info, err
	}
	site, err := s.Site(ctx, info.ID)
	if err != nil {
		return info, err
	}
	im, err := site.StartImport(ctx)
	if err != nil {
		return info, err
	}
	for day := range gen.New(o).Days() {
		if err := im.Add(ctx, day); err != nil {
			return info, errors.Join(err, im.Cancel())
		}
	}
	_, err = im.Commit(ctx, sha256.Sum256([]byte(scale)))
	return info, err
}
