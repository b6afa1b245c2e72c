package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sandprint/app/account"
	"sandprint/app/privacy"
	"sandprint/app/problem"
	"sandprint/views"
)

// documentRoutes are the rows of the routing table about documents on privacy that are made from the configuration.
var documentRoutes = []route{
	{"GET /sites/{domain}/documents", siteRead, (*Server).documents},
	{"GET /sites/{domain}/documents/{document}", siteRead, (*Server).document},
	{"POST /sites/{domain}/documents/notice", siteWrite, (*Server).saveNotice},
	{"POST /sites/{domain}/documents/published", siteWrite, (*Server).publish},
	{"GET /privacy/{site}/privacy.json", public, (*Server).sitePrivacy},
	{"GET /privacy.json", public, (*Server).instancePrivacy},
}

// instance returns what documents say of the whole installation. Origin is where people reach it.
func (s *Server) instance(ctx context.Context, origin string) (in privacy.Instance, err error) {
	in = s.Instance
	in.Origin = origin
	if in.Shared, err = s.Accounts.Shared(ctx); err != nil {
		return in, err
	}
	limits, err := s.Accounts.Limits(ctx)
	if err != nil {
		return in, err
	}
	in.CopyDays, in.SignIns, in.Audit = limits.Copies, limits.SignIns, limits.Audit
	in.Operator, err = s.Accounts.Operator(ctx)
	return in, err
}

// facts returns what documents are made of, of a site as it is set now.
func (s *Server) facts(c *call, info account.SiteInfo) (privacy.Facts, error) {
	in, err := s.instance(c.Context(), c.origin())
	if err != nil {
		return privacy.Facts{}, err
	}
	return s.Privacy.Facts(c.Context(), info, in)
}

// edition is what texts say of when and by what they were made.
func (s *Server) edition() privacy.Edition {
	return privacy.Edition{Version: s.Version, Date: time.Now()}
}

// documents lists the documents about a site, with what of them is on the site.
func (s *Server) documents(w http.ResponseWriter, c *call) error {
	return s.documentsPage(w, c, http.StatusOK, c.site.Info().Settings.Notice, views.Wrong{})
}

func (s *Server) documentsPage(w http.ResponseWriter, c *call, status int, notice account.Notice, wrong views.Wrong) error {
	info := c.site.Info()
	facts, err := s.facts(c, info)
	if err != nil {
		return err
	}
	m := views.DocumentsPage{Domain: info.Domain, Hash: facts.Hash()[:16], CanChange: c.who.CanWrite(info), Notice: notice, Consent: facts.Consent(), Wrong: wrong, Saved: said(c)}
	for _, d := range privacy.Documents {
		if facts.Shared || !d.Shared {
			m.Documents = append(m.Documents, d)
		}
	}
	if m.Policy, err = s.policyState(c, facts); err != nil {
		return err
	}
	return s.html(w, c, status, views.Documents(documentFrame(c.page("Documents about privacy")), m))
}

// documentFrame gives a page the style sheet of documents.
func documentFrame(p views.Page) views.Page {
	p.Styles = append(p.Styles, "document.css")
	return p
}

// policyState tells which text is on the call's site, and what differs from it now.
func (s *Server) policyState(c *call, facts privacy.Facts) (state views.PolicyState, err error) {
	p, said, err := s.Accounts.Published(c.Context(), c.who, c.site.Info().Domain)
	if err != nil || !said {
		return state, err
	}
	state.At = p.At.In(c.site.Info().Zone)
	was := privacy.Published{At: p.At}
	if err := json.Unmarshal(p.Facts, &was.Facts); err != nil {
		return state, err
	}
	state.Outdated, state.Changes, err = was.Outdated(facts)
	return state, err
}

// document shows one document, in a language that it has; with .md behind its name it is a file.
func (s *Server) document(w http.ResponseWriter, c *call) error {
	info := c.site.Info()
	facts, err := s.facts(c, info)
	if err != nil {
		return err
	}
	name, file := strings.CutSuffix(c.PathValue("document"), ".md")
	d, err := privacy.DocumentOf(name, facts)
	if err != nil {
		return err
	}
	return s.showDocument(w, c, d, file, views.DocumentPage{Base: sitePath(info.Domain, "/documents"), Back: info.Domain}, func(lang string) (string, error) {
		return d.Text(facts, lang, s.edition())
	})
}

// showDocument answers with a document as a page or as a file.
func (s *Server) showDocument(w http.ResponseWriter, c *call, d privacy.Document, file bool, m views.DocumentPage, text func(lang string) (string, error)) error {
	page := documentFrame(c.page(d.Title))
	asked := c.URL.Query().Get("lang")
	if asked == "" {
		asked = page.Words.Lang
	}
	m.Document, m.Lang = d, d.Language(asked)
	body, err := text(m.Lang)
	if err != nil {
		return err
	}
	if file {
		return s.sendFile(w, c, d.Name+"."+m.Lang+".md", "text/markdown; charset=utf-8", []byte(body))
	}
	m.Blocks = privacy.Blocks(body)
	return s.html(w, c, http.StatusOK, views.DocumentText(page, m))
}

// saveNotice takes what only the owner can say in the documents.
func (s *Server) saveNotice(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	domain := c.site.Info().Domain
	n := account.Notice{Controller: c.PostFormValue("controller"), Contact: c.PostFormValue("contact"), Basis: c.PostFormValue("basis")}
	err := s.Accounts.SetNotice(c.Context(), c.who, domain, n)
	if err == nil {
		return redirect(w, sitePath(domain, "/documents?done=saved"))
	}
	wrong, status, err := wrongOf(err)
	if err != nil {
		return err
	}
	return s.documentsPage(w, c, status, n, wrong)
}

// publish notes that the text for the policy, as it is now, is on the site. A text that changed since the owner saw the button is not meant.
func (s *Server) publish(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	facts, err := s.facts(c, c.site.Info())
	if err != nil {
		return err
	}
	domain := c.site.Info().Domain
	if c.PostFormValue("hash") != facts.Hash()[:16] {
		return problem.New(http.StatusConflict, "changed", "The settings changed since you saw the text.").WithHint("Look at it again, put the new one on your site, and then say so.")
	}
	data, err := json.Marshal(facts)
	if err == nil {
		err = s.Accounts.Publish(c.Context(), c.who, domain, facts.Hash(), data)
	}
	if err != nil {
		return err
	}
	return redirect(w, sitePath(domain, "/documents?done=published"))
}

// privacyOut is privacy.json: of a site, or of the instance.
type privacyOut struct {
	Facts     privacy.Public    `json:"configuration"`
	Hash      string            `json:"configuration_hash"` // SHA-256 of the whole configuration, with what is only counted here, in hex
	Version   string            `json:"version"`            // of Sandprint
	Date      string            `json:"date"`
	Cookie    *cookieOut        `json:"cookie"` // null: none
	Documents map[string]string `json:"documents,omitempty"`
	Data      []privacy.Kind    `json:"data"`
}

type cookieOut struct {
	Name    string `json:"name"`
	Months  int    `json:"months"`
	Renewed bool   `json:"renewed"`
}

func (s *Server) privacyJSON(w http.ResponseWriter, c *call, facts privacy.Facts, documents map[string]string) error {
	data, err := privacy.DataMap(facts)
	if err != nil {
		return err
	}
	out := privacyOut{Facts: facts.Public(), Hash: facts.Hash(), Version: s.Version, Date: time.Now().Format(time.DateOnly), Documents: documents, Data: data}
	if facts.Cookie() {
		out.Cookie = &cookieOut{"_sp", facts.CookieMonths(), false}
	}
	w.Header().Set("Cache-Control", "public, max-age=300")
	return s.json(w, c, http.StatusOK, out)
}

// sitePrivacy answers with what holds at a site, for programs.
func (s *Server) sitePrivacy(w http.ResponseWriter, c *call) error {
	o, err := s.openVisitor(c, "")
	if err != nil {
		return err
	}
	facts, err := s.facts(c, o.Site)
	if err != nil {
		return err
	}
	w.Header().Set("Access-Control-Allow-Origin", "*") // as all of the visitors' doors
	return s.privacyJSON(w, c, facts, map[string]string{"visitor": "/privacy/" + url.PathEscape(o.Site.Domain)})
}

// instancePrivacy answers with what holds for a new site here, and names none.
func (s *Server) instancePrivacy(w http.ResponseWriter, c *call) error {
	facts, err := s.facts(c, account.SiteInfo{})
	if err != nil {
		return err
	}
	return s.privacyJSON(w, c, facts, map[string]string{"terms": "/terms", "privacy": "/privacy"})
}
