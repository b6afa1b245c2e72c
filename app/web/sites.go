package web

import (
	"context"
	"net/http"
	"time"

	"sandprint/app/account"
	"sandprint/app/report"
	"sandprint/views"
)

// sparks is how many sites of a list are drawn with their figures; the others have their name. It bounds the page.
const sparks = 50

// home leads to the one site there is, or to the list.
func (s *Server) home(w http.ResponseWriter, c *call) error {
	sites, err := s.Accounts.Sites(c.Context(), c.who)
	if err != nil {
		return err
	}
	if len(sites) == 1 {
		return redirect(w, sitePath(sites[0].Domain, ""))
	}
	return redirect(w, "/sites")
}

// sites lists the sites that the asker may read.
func (s *Server) sites(w http.ResponseWriter, c *call) error {
	sites, err := s.Accounts.Sites(c.Context(), c.who)
	if err != nil {
		return err
	}
	cards := make([]views.SiteCard, len(sites))
	for i, site := range sites {
		cards[i] = views.SiteCard{Domain: site.Domain, CanChange: c.who.CanWrite(site)}
		if i < sparks {
			if err := s.fillCard(c, &cards[i]); err != nil {
				return err
			}
		}
	}
	return s.html(w, c, http.StatusOK, views.Sites(c.page("Sites"), cards, c.who.CanAdd()))
}

// fillCard asks the questions behind a card: the last 28 days with today, the same time a week ago, the last minutes.
func (s *Server) fillCard(c *call, card *views.SiteCard) error {
	site, err := s.Accounts.Open(c.Context(), c.who, card.Domain)
	if err != nil {
		return err
	}
	now := time.Now().In(site.Info().Zone)
	year, month, day := now.Date()
	midnight := time.Date(year, month, day, 0, 0, 0, 0, now.Location())
	days, err := report.Run(c.Context(), site, report.Query{By: "day", Metrics: visitors, Now: now,
		Period: report.Period{Name: "custom", From: midnight.AddDate(0, 0, -27), To: midnight.AddDate(0, 0, 1)}})
	if err != nil {
		return err
	}
	for _, row := range days.Rows {
		card.Days = append(card.Days, row.Values[0].Number)
	}
	if n := len(card.Days); n > 0 {
		card.Today = card.Days[n-1]
	}
	if card.LastWeek, err = countVisitors(c.Context(), site, midnight.AddDate(0, 0, -7), now.AddDate(0, 0, -7), now); err != nil {
		return err
	}
	card.Live, err = countVisitors(c.Context(), site, now.Add(-liveSpan), now.Add(time.Second), now)
	return err
}

var visitors = []report.Metric{report.Visitors}

// countVisitors returns the visitors seen from..to.
func countVisitors(ctx context.Context, site account.Reader, from, to, now time.Time) (float64, error) {
	answer, err := report.Run(ctx, site, report.Query{Metrics: visitors, Now: now, Period: report.Period{Name: "realtime", From: from, To: to}})
	if err != nil {
		return 0, err
	}
	return answer.Totals[0].Number, nil
}

func (s *Server) siteForm(w http.ResponseWriter, c *call) error {
	page := c.page("Add a site")
	page.Scripts = []string{"zone.js"}
	return s.html(w, c, http.StatusOK, views.SiteNew(page, views.SiteForm{}))
}

func (s *Server) addSite(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	form := views.SiteForm{Domain: c.PostFormValue("domain"), Zone: c.PostFormValue("timezone")}
	site, err := s.Accounts.AddSite(c.Context(), c.who, account.NewSite{Domain: form.Domain, Zone: form.Zone})
	if err == nil {
		return redirect(w, sitePath(site.Domain, "/install"))
	}
	var status int
	if form.Wrong, status, err = wrongOf(err); err != nil {
		return err
	}
	page := c.page("Add a site")
	page.Scripts = []string{"zone.js"}
	return s.html(w, c, status, views.SiteNew(page, form))
}
