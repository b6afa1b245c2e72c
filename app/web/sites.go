package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"sandprint/app/account"
	"sandprint/app/problem"
	"sandprint/app/report"
	"sandprint/views"
)

// Bounds of the list of sites, so that it comes soon however many there are.
const (
	cardsTime  = 2 * time.Second  // after which no further figures are asked for, for the cards of a page
	totalsTime = 20 * time.Second // and for the totals of all sites, when they are asked for
	cardsAside = 2                // sites asked at once: as many as report computes at once
	switchTo   = 25               // sites named in the switcher
)

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

// sites lists the sites that the asker may read, their pins first: q searches, page turns the pages, totals=1 adds all of
// the list up. Where the whole list is on the page it is added up unasked.
func (s *Server) sites(w http.ResponseWriter, c *call) error {
	sites, pinned, err := s.Accounts.PinnedFirst(c.Context(), c.who)
	if err != nil {
		return err
	}
	values := c.URL.Query()
	list := views.SiteList{Search: strings.TrimSpace(values.Get("q")), Number: 1, Any: len(sites) > 0, CanAdd: c.who.CanAdd(), Said: said(c)}
	found := make([]views.SiteCard, 0, len(sites))
	for i, site := range sites {
		card := views.SiteCard{Domain: site.Domain, Number: site.Number, CanChange: c.who.CanWrite(site)}
		if i < pinned {
			card.Pin = i + 1
		}
		if strings.Contains(site.Domain, strings.ToLower(list.Search)) {
			found = append(found, card)
		}
	}
	list.Of = len(found)
	pages := max(1, (len(found)+views.SitesRows-1)/views.SitesRows)
	if text := values.Get("page"); text != "" {
		if list.Number, err = strconv.Atoi(text); err != nil || list.Number < 1 || list.Number > pages {
			return problem.BadField("page", "bad_page", "There is no such page of the list.").WithHint("Go back to the first one.")
		}
	}
	first := (list.Number - 1) * views.SitesRows
	list.Cards = found[first:min(first+views.SitesRows, len(found))]
	if err := s.fillCards(c, list.Cards, cardsTime); err != nil {
		return err
	}
	if pages == 1 || values.Get("totals") != "" {
		if pages > 1 {
			if err := s.fillCards(c, found, totalsTime); err != nil {
				return err
			}
		}
		list.Together = sumsOf(found)
	}
	list.Page = c.page("Sites")
	list.Page.Scripts = []string{"swap.js"}
	return s.html(w, c, http.StatusOK, views.Sites(list))
}

// sumsOf adds up the cards that have figures.
func sumsOf(cards []views.SiteCard) *views.SiteSums {
	sums := &views.SiteSums{}
	for _, card := range cards {
		if card.Known {
			sums.Add(card.SiteFigures)
		} else {
			sums.Without++
		}
	}
	return sums
}

// fillCards asks for the figures of the cards that have none, some at once, as far as the time goes. A site that can't be
// read says so on its card.
func (s *Server) fillCards(c *call, cards []views.SiteCard, within time.Duration) error {
	end := time.Now().Add(within)
	var wait sync.WaitGroup
	aside := make(chan struct{}, cardsAside)
	for i := range cards {
		if cards[i].Known || cards[i].Trouble != "" {
			continue
		}
		aside <- struct{}{}
		if time.Now().After(end) || c.Context().Err() != nil {
			break
		}
		wait.Go(func() {
			defer func() { <-aside }()
			s.fillCard(c, &cards[i])
		})
	}
	wait.Wait()
	return c.Context().Err()
}

// fillCard asks for the figures of a card. The site is let go of afterwards: there may be many.
func (s *Server) fillCard(c *call, card *views.SiteCard) {
	ctx, done := context.WithCancel(c.Context())
	defer done()
	site, err := s.Accounts.Open(ctx, c.who, card.Domain)
	if err == nil {
		card.SiteFigures, err = glance(ctx, site)
	}
	if card.Known = err == nil; card.Known || ctx.Err() != nil {
		return
	}
	p := problem.Of(err)
	card.Trouble = p.Message
	if p.Status >= 500 {
		s.Log.ErrorContext(ctx, "no figures for a card", "ref", p.Ref, "route", c.pattern(), "site", card.Number, "err", p.Err)
	}
}

// glance asks the questions behind a card in one scan: the last 28 days with today, the same weekday until now, the last
// minutes.
func glance(ctx context.Context, site account.Reader) (f views.SiteFigures, err error) {
	now := time.Now().In(site.Info().Zone)
	year, month, day := now.Date()
	midnight := time.Date(year, month, day, 0, 0, 0, 0, now.Location())
	ask := func(by report.Dimension, from, to time.Time) report.Query {
		return report.Query{By: by, Metrics: []report.Metric{report.Visitors}, Now: now, Period: report.Period{Name: "custom", From: from, To: to}}
	}
	answers, err := report.RunAll(ctx, site, []report.Query{
		ask("day", midnight.AddDate(0, 0, -27), midnight.AddDate(0, 0, 1)),
		ask("", midnight.AddDate(0, 0, -7), now.AddDate(0, 0, -7)),
		liveQuery(report.Query{Now: now}),
	})
	if err != nil {
		return f, err
	}
	for _, row := range answers[0].Rows {
		f.Days = append(f.Days, row.Values[0].Number)
	}
	f.LastWeek, f.Live = answers[1].Totals[0].Number, answers[2].Totals[0].Number
	return f, nil
}

// pin pins a site for the asker, or takes their pin away, and leads back to the list.
func (s *Server) pin(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	if err := s.Accounts.Pin(c.Context(), c.who, c.site.Info().Domain, c.PostFormValue("on") == "1"); err != nil {
		return err
	}
	back := url.Values{}
	for _, key := range []string{"q", "page"} {
		if v := c.PostFormValue(key); v != "" && v != "1" {
			back.Set(key, v)
		}
	}
	if len(back) == 0 {
		return redirect(w, "/sites")
	}
	return redirect(w, "/sites?"+back.Encode())
}

// switcher returns the domains that the switcher names: the asker's pins, then others, the one of the page among them.
func (s *Server) switcher(c *call) ([]string, error) {
	sites, pinned, err := s.Accounts.PinnedFirst(c.Context(), c.who)
	if err != nil {
		return nil, err
	}
	var list []string
	own := c.site.Info().Domain
	for i, site := range sites {
		if i < pinned || len(list) < switchTo {
			list = append(list, site.Domain)
		}
	}
	if !slices.Contains(list, own) {
		list = append(list, own)
	}
	return list, nil
}

func (s *Server) siteForm(w http.ResponseWriter, c *call) error {
	if !c.who.CanAdd() {
		return errAdd
	}
	page := c.page("Add a site")
	page.Scripts = []string{"zone.js"}
	return s.html(w, c, http.StatusOK, views.SiteNew(page, views.SiteForm{}))
}

func (s *Server) addSite(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	form := views.SiteForm{Domain: c.PostFormValue("domain"), Zone: c.PostFormValue("timezone"), Preset: c.PostFormValue("preset")}
	site, err := s.Accounts.AddSite(c.Context(), c.who, account.NewSite{Domain: form.Domain, Zone: form.Zone, Preset: form.Preset})
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
