package report_test

import (
	"cmp"
	"context"
	"slices"
	"strings"

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

// dictionary gives out ids.
type dictionary struct {
	ids    [store.NumDims]map[string]uint32
	values [store.NumDims][]string
}

func (d *dictionary) id(dim store.Dim, fields ...string) uint32 {
	v := strings.Join(fields, store.FieldSep)
	if d.ids[dim] == nil {
		empty := strings.Repeat(store.FieldSep, len(fields)-1)
		d.ids[dim], d.values[dim] = map[string]uint32{empty: 0}, []string{empty}
	}
	id, ok := d.ids[dim][v]
	if !ok {
		id = uint32(len(d.values[dim]))
		d.ids[dim][v] = id
		d.values[dim] = append(d.values[dim], v)
	}
	return id
}

// blocksOf folds hits into blocks: the oracle's questions are asked of these.
func blocksOf(hits []store.Hit) *store.Snapshot {
	var d dictionary
	visits, engaged := map[int64][]store.Hit{}, map[string]store.Hit{}
	for _, h := range hits {
		visits[h.Visit] = append(visits[h.Visit], h)
		if h.Kind == store.Engage {
			e := engaged[h.View]
			e.Engaged, e.Scroll = max(e.Engaged, h.Engaged), max(e.Scroll, h.Scroll)
			engaged[h.View] = e
		}
	}
	days, visitors := map[int32]*store.Block{}, map[uint64]uint32{}
	var ids []int64
	for id := range visits {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b int64) int {
		return cmp.Or(cmp.Compare(visits[a][0].Start, visits[b][0].Start), cmp.Compare(a, b))
	})
	for _, id := range ids {
		list := visits[id]
		slices.SortStableFunc(list, func(a, b store.Hit) int { return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Kind, b.Kind)) })
		h := list[0]
		day := int32(h.Start / 86400)
		b := days[day]
		if b == nil {
			b = &store.Block{Date: day}
			days[day] = b
		}
		put := func(c store.Column, v uint32) { b.Cols[c] = append(b.Cols[c], v) }
		n, ok := visitors[h.Visitor]
		if !ok {
			n = uint32(len(visitors))
			visitors[h.Visitor] = n
		}
		last, before, views, events := h.Start, h.Start, 0, 0
		for _, x := range list {
			last = max(last, x.Time)
			page := d.id(store.Pages, x.Page.Host, x.Page.Path, x.Page.Title)
			switch x.Kind {
			case store.Pageview:
				put(store.ViewDelay, uint32(x.Time-before))
				put(store.ViewPage, page)
				put(store.ViewScroll, uint32(engaged[x.View].Scroll))
				put(store.ViewEngaged, (engaged[x.View].Engaged+50)/100)
				before = x.Time
				views++
			case store.Event:
				put(store.EventDelay, uint32(x.Time-h.Start))
				put(store.EventName, d.id(store.Events, x.Name))
				put(store.EventPage, page)
				put(store.EventProps, d.id(store.Props, x.Props))
				put(store.EventCurrency, d.id(store.Currencies, x.Currency))
				b.Amounts = append(b.Amounts, x.Amount)
				events++
			}
		}
		b.Visits, b.Views, b.Events = b.Visits+1, b.Views+views, b.Events+events
		o, a := h.Origin, h.Agent
		put(store.VisitStart, uint32(h.Start-int64(day)*86400))
		put(store.VisitDuration, uint32(last-h.Start))
		put(store.VisitVisitor, n)
		put(store.VisitType, uint32(h.Type))
		put(store.VisitOrigin, d.id(store.Origins, o.Source, o.Channel, o.Referrer, o.UTMSource, o.UTMMedium, o.UTMCampaign, o.UTMContent, o.UTMTerm))
		put(store.VisitPlace, d.id(store.Places, h.Place.Country, h.Place.Region, h.Place.City))
		put(store.VisitAgent, d.id(store.Agents, a.Browser, a.BrowserVersion, a.OS, a.OSVersion, a.Device, a.Model))
		put(store.VisitLanguage, d.id(store.Languages, h.Language))
		put(store.VisitScreen, d.id(store.Screens, h.Screen))
		put(store.VisitViews, uint32(views))
		put(store.VisitEvents, uint32(events))
	}
	var blocks []*store.Block
	for _, b := range days {
		blocks = append(blocks, b)
	}
	slices.SortFunc(blocks, func(a, b *store.Block) int { return int(a.Date - b.Date) })
	return store.NewSnapshot(blocks, d.values, len(visitors))
}
