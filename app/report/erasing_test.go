package report_test

import (
	"context"
	"net/http"
	"testing"

	"sandprint/app/problem"
	"sandprint/app/report"
	"sandprint/app/store"
)

// erasing is a site of which something is being erased while it is asked.
type erasing struct{ store.Reader }

func (erasing) Info() store.SiteInfo                              { return store.SiteInfo{} }
func (erasing) Snapshot(context.Context) (*store.Snapshot, error) { return nil, store.ErrErasing }

func TestAQuestionDuringAnErasureIsToldSo(t *testing.T) {
	_, err := report.Run(context.Background(), erasing{}, report.Query{})
	if p := problem.Of(err); p.Status != http.StatusServiceUnavailable || p.Code != "erasing" {
		t.Errorf("%v", err)
	}
}
