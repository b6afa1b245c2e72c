package web

import (
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
	return s.html(w, c, http.StatusOK, views.Sites(c.page("Sites"), cards, c.who.CanAdd(), said(c)))
}

// fillCard asks the questions behind a card in one scan: the last 28 days with today, the same weekday until now, the last
// minutes.
func (s *Server) fillCard(c *call, card *views.SiteCard) error {
	site, err := s.Accounts.Open(c.Context(), c.who, card.Domain)
	if err != nil {
		return err
	}
	now := time.Now().In(site.Info().Zone)
	year, month, day := now.Date()
	midnight := time.Date(year, month, day, 0, 0, 0, 0, now.Location())
	ask := func(by report.Dimension, from, to time.Time) report.Query {
		return report.Query{By: by, Metrics: []report.Metric{report.Visitors}, Now: now, Period: report.Period{Name: "custom", From: from, To: to}}
	}
	answers, err := report.RunAll(c.Context(), site, []report.Query{
		ask("day", midnight.AddDate(0, 0, -27), midnight.AddDate(0, 0, 1)),
		ask("", midnight.AddDate(0, 0, -7), now.AddDate(0, 0, -7)),
		ask("", now.Add(-liveSpan), now.Add(time.Second)),
	})
	if err != nil {
		return err
	}
	for _, row := range answers[0].Rows {
		card.Days = append(card.Days, row.Values[0].Number)
	}
	if n := len(card.Days); n > 0 {
		card.Today = card.Days[n-1]
	}
	card.LastWeek, card.Live = answers[1].Totals[0].Number, answers[2].Totals[0].Number
	return nil
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
