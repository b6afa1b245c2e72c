package web

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"
	"time"

	"sandprint/app/limit"
	"sandprint/app/privacy"
	"sandprint/app/problem"
	"sandprint/views"
)

// visitorRoutes are the doors of visitors to what is kept of them. They carry no session's authority, so other sites' pages may ask them.
var visitorRoutes = []route{
	{"GET /privacy/{site}", public, (*Server).visitorPage},
	{"POST /privacy/{site}/show", public, (*Server).visitorShow},
	{"POST /privacy/{site}/erase", public, (*Server).visitorErase},
	{"POST /privacy/{site}/optout", public, (*Server).visitorOptOut},
	{"GET /.well-known/gpc.json", public, (*Server).globalPrivacyControl},
}

// isVisitors reports whether a request is for one of the doors that other sites' pages may ask.
func isVisitors(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/privacy/") }

// visitorAsks bounds how often the visitors of a network may ask for what takes a look into a site's file: five times a second, twenty at once.
func visitorAsks() *limit.Limiter[string] { return limit.New[string](5, 20) }

// atOnce is how long a visitor waits for the receipt: most erasures are over before.
const atOnce = 4 * time.Second

var errManyAsk = problem.New(http.StatusTooManyRequests, "too_many", "Many visitors ask for this at the moment.").WithHint("Try again in a minute.")

// visitor is a visitor's request about himself, and what the page says to it.
type visitor struct {
	privacy.Order
	value string
	json  bool // it came as JSON
}

// openVisitor returns the order about a visitor of the site in the address. A site whose owner hides the page answers none.
func (s *Server) openVisitor(c *call, value string) (privacy.Order, error) {
	o, err := s.VisitorOf(c.Context(), c.PathValue("site"), value)
	if o.Site.Settings.HidePage {
		return privacy.Order{}, problem.NotFound
	}
	return o, err
}

// readVisitor reads the value of the cookie, from a form, from JSON {"v":…}, or as the whole text.
func (s *Server) readVisitor(w http.ResponseWriter, c *call) (v visitor, err error) {
	if !s.asks.Allow(s.network(c), 1) {
		return v, errManyAsk
	}
	kind, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	switch kind {
	case "application/json", "text/plain":
		var body struct {
			V string `json:"v"`
		}
		if err := json.NewDecoder(c.Body).Decode(&body); err != nil {
			return v, problem.BadField("v", "bad_json", "The body is not JSON of the form {\"v\":\"…\"}.")
		}
		v.value, v.json = body.V, true
	default:
		if err := c.formError(); err != nil {
			return v, err
		}
		v.value = c.PostFormValue("v")
	}
	v.value = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(v.value), "_sp="))
	if v.Order, err = s.openVisitor(c, v.value); err == nil && len(v.Keys) == 0 {
		err = problem.BadField("v", "no_cookie", "Which browser is meant? The value of the cookie is missing.").WithHint("Paste it in.")
	}
	return v, err
}

// forProgram reports whether a request is a program's: its body or its answer is not a form's.
func (v visitor) forProgram(c *call) bool {
	return v.json || c.PostFormValue("as") == "json" || strings.Contains(c.Header.Get("Accept"), "application/json")
}

// visitorAnswer answers with the page, or with JSON where that is asked for.
func (s *Server) visitorAnswer(w http.ResponseWriter, c *call, status int, p views.VisitorPage, data any) error {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Add("Vary", "Accept")
	if file := c.PostFormValue("as") == "json"; data != nil && (file || strings.Contains(c.Header.Get("Accept"), "application/json")) {
		if file {
			w.Header().Set("Content-Disposition", `attachment; filename="visitor.json"`)
		}
		return s.json(w, c, status, data)
	}
	p.Page = documentFrame(c.page("What this site counts"))
	p.Page.Plain, p.Page.Scripts = true, []string{"visitor.js"}
	var err error
	if p.Facts, err = s.facts(c, p.Site); err != nil {
		return err
	}
	text, err := privacy.VisitorsText(p.Facts, p.Page.Words.Lang)
	if err != nil {
		return err
	}
	p.Text = privacy.Blocks(text)
	return s.html(w, c, status, views.Visitor(p))
}

// visitorPage says what a site keeps of its visitors; where its owner hides that, only who answers: sandprint('show') and #sp-off lead here all the same.
func (s *Server) visitorPage(w http.ResponseWriter, c *call) error {
	o, err := s.VisitorOf(c.Context(), c.PathValue("site"), "")
	if err != nil {
		return err
	}
	return s.visitorAnswer(w, c, http.StatusOK, views.VisitorPage{Site: o.Site}, nil)
}

// askVisitor reads the request and has f answer it; what is wrong with the value is said on the page.
func (s *Server) askVisitor(w http.ResponseWriter, c *call, f func(visitor, *views.VisitorPage) (any, error)) error {
	v, err := s.readVisitor(w, c)
	p := views.VisitorPage{Site: v.Site, Value: v.value}
	if bad, ok := errors.AsType[*problem.Error](err); ok && bad.Field == "v" && v.Site.ID != "" {
		p.Wrong = views.Wrong{Field: "v", Message: bad.Message, Hint: bad.Hint}
		return s.visitorAnswer(w, c, bad.Status, p, map[string]any{"error": map[string]string{"code": bad.Code, "message": bad.Error(), "field": "v"}})
	}
	if err != nil {
		return err
	}
	data, err := f(v, &p)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if p.UnderWay != "" {
		status = http.StatusAccepted
	}
	return s.visitorAnswer(w, c, status, p, data)
}

// visitorShow shows what is kept of this browser.
func (s *Server) visitorShow(w http.ResponseWriter, c *call) error {
	return s.askVisitor(w, c, func(v visitor, p *views.VisitorPage) (any, error) {
		r, err := s.Privacy.Show(c.Context(), v.Order)
		p.Record = &r
		return r, err
	})
}

// unsure reports whether a form asks to erase something for the first time: then the page says what will go, and asks. Programs, which ask when somebody told
// them to, are not asked back, and where nothing is kept there is nothing to be sure of.
func (s *Server) unsure(c *call, v visitor, p *views.VisitorPage) (bool, error) {
	if v.forProgram(c) || c.PostFormValue("sure") == "yes" {
		return false, nil
	}
	going, err := s.Privacy.Preview(c.Context(), v.Order)
	if err != nil || going.Visits == 0 && going.Keys == 0 {
		return false, err
	}
	p.Going = &going
	return true, nil
}

// visitorErase erases it, everywhere, and answers with the receipt or, where that takes longer, with the number that it will have.
func (s *Server) visitorErase(w http.ResponseWriter, c *call) error {
	return s.askVisitor(w, c, func(v visitor, p *views.VisitorPage) (any, error) {
		if ask, err := s.unsure(c, v, p); ask || err != nil {
			return nil, err
		}
		said, err := s.eraseVisitor(c, v, p)
		if said == nil {
			said = map[string]any{"receipt": nil}
		}
		return said, err
	})
}

// visitorOptOut erases it too, and says how to have this browser not counted any more: that is kept in the browser, for the site's own address.
func (s *Server) visitorOptOut(w http.ResponseWriter, c *call) error {
	return s.askVisitor(w, c, func(v visitor, p *views.VisitorPage) (any, error) {
		if ask, err := s.unsure(c, v, p); ask || err != nil {
			p.Stop = true
			return nil, err
		}
		receipt, err := s.eraseVisitor(c, v, p)
		p.OptOut = "https://" + v.Site.Domain + "/#sp-off"
		return map[string]any{"receipt": receipt, "open": p.OptOut}, err
	})
}

// eraseVisitor erases a visitor of whom something is kept; of nobody, nothing is noted. It returns what JSON says of it, of nobody nil.
func (s *Server) eraseVisitor(c *call, v visitor, p *views.VisitorPage) (any, error) {
	standing, err := s.Privacy.Wish(c.Context(), v.Order, atOnce)
	p.Receipt = standing.Receipt
	switch {
	case err != nil:
		return nil, err
	case standing.Number == "":
		p.Receipt = &privacy.Receipt{}
		return nil, nil // a receipt would say that something was erased
	case p.Receipt == nil:
		p.UnderWay = standing.Number
		return map[string]any{"receipt": p.UnderWay, "under_way": true, "at": c.origin() + "/receipts/" + p.UnderWay}, nil
	}
	return *p.Receipt, nil
}

// globalPrivacyControl says that the signal is honoured (W3C Global Privacy Control, section 5).
func (s *Server) globalPrivacyControl(w http.ResponseWriter, c *call) error {
	return s.json(w, c, http.StatusOK, map[string]any{"gpc": true, "lastUpdate": "2026-11-27"})
}
