package report_test

import (
	"context"

	"sandprint/app/store"
)

// site is a store.Reader over hits in memory.
type site struct {
	store.Reader
	info store.SiteInfo
	snap *store.Snapshot
}

func (s site) Info() store.SiteInfo                              { return s.info }
func (s site) Snapshot(context.Context) (*store.Snapshot, error) { return s.snap, nil }
