package views

import (
	"sandprint/app/account"
	"sandprint/app/report"
)

// Effect is what the way of counting does to the figures of a period, in visits.
type Effect struct {
	Visits    float64
	Forgetful float64 // in browsers that forget a cookie after 7 days
	Cookie    float64 // of visitors whom a cookie names
}

// EffectOf reads the effect from the answers by cookie_life and by visitor_type. Where small groups are kept together it isn't known.
func EffectOf(life, types report.Answer) (e Effect) {
	if life.Hidden.Rows > 0 || types.Hidden.Rows > 0 {
		return Effect{}
	}
	for _, r := range types.Rows {
		e.Visits += r.Values[0].Number
		if r.Name == "new" || r.Name == "returning" {
			e.Cookie += r.Values[0].Number
		}
	}
	for _, r := range life.Rows {
		if r.Name == report.ForgetsSoon {
			e.Forgetful += r.Values[0].Number
		}
	}
	return e
}

// EffectQueries returns the questions whose answers EffectOf reads, in its order, about the visits that another question is about.
func EffectQueries(q report.Query) (list []report.Query) {
	for _, by := range []report.Dimension{"cookie_life", "visitor_type"} {
		list = append(list, report.Query{Period: q.Period, Filters: q.Filters, Except: q.Except, Now: q.Now, By: by, Metrics: []report.Metric{report.Visits}, Limit: 10})
	}
	return list
}

// Counted says how a site's visitors are counted by its settings, and what that does to the figures.
func (e Effect) Counted(w *Words, site account.SiteInfo) string {
	mode := w.modeText(site.Mode, site.Settings.Early)
	if text := e.text(w, site.Mode, site.Settings.Early); text != "" {
		return mode + "; " + text
	}
	return mode
}

// counted says it of a dashboard.
func (d Dashboard) counted() string {
	if text := d.effect(); text != "" {
		return d.modeText() + "; " + text
	}
	return d.modeText()
}

// effect says what the way of counting does to the figures of this period; empty where there are none.
func (d Dashboard) effect() string { return d.Effect.text(d.words(), d.Mode, d.Early) }

func (e Effect) text(w *Words, mode string, early bool) string {
	if e.Visits == 0 {
		return ""
	}
	share := func(of float64) string { return w.Percent(100*of/e.Visits, 0) }
	switch {
	case mode == "cookieless" && e.Cookie > 0:
		return w.F("visitors are counted per day: the same person on two days is two; %s of the visits are from when there was a cookie", share(e.Cookie))
	case mode == "cookieless":
		return w.T("visitors are counted per day: the same person on two days is two")
	case mode == "consent" && !early:
		return w.F("how many did not consent is not known; %s of the visits are from browsers that forget a cookie after 7 days (Safari)", share(e.Forgetful))
	case mode == "consent":
		return w.F("%s of the visits consented; the others are counted per day: the same person on two days is two", share(e.Cookie))
	case e.Cookie < e.Visits:
		return w.F("%s of the visits are from browsers that forget it after 7 days (Safari), %s had none and are counted per day", share(e.Forgetful), share(e.Visits-e.Cookie))
	}
	return w.F("%s of the visits are from browsers that forget it after 7 days (Safari)", share(e.Forgetful))
}
