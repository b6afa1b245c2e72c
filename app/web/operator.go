package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"sandprint/app/account"
	"sandprint/app/privacy"
	"sandprint/app/problem"
	"sandprint/views"
)

// operatorRoutes are the rows of the routing table about whoever runs the instance, and what they say to people who sign in.
var operatorRoutes = []route{
	{"GET /operator", operates, (*Server).operator},
	{"POST /operator", operates, (*Server).saveOperator},
	{"GET /operator/terms", operates, statementForm("terms")},
	{"POST /operator/terms", operates, saveStatement("terms")},
	{"GET /operator/privacy", operates, statementForm("privacy")},
	{"POST /operator/privacy", operates, saveStatement("privacy")},
	{"GET /operator/{document}", operates, (*Server).operatorDocument},

	{"GET /terms", anyone, statement("terms")},
	{"GET /privacy", anyone, statement("privacy")},
	{"GET /news", signedIn, (*Server).news},
	{"POST /news", signedIn, (*Server).newsSeen},
}

// operator is the page of whoever runs the instance: who they are, and their texts.
func (s *Server) operator(w http.ResponseWriter, c *call) error {
	is, err := s.Accounts.Operator(c.Context())
	if err != nil {
		return err
	}
	return s.operatorPage(w, c, http.StatusOK, views.OperatorPage{Operator: is, Saved: said(c)})
}

func (s *Server) operatorPage(w http.ResponseWriter, c *call, status int, m views.OperatorPage) error {
	var err error
	if m.Shared, err = s.Accounts.Shared(c.Context()); err != nil {
		return err
	}
	for _, kind := range account.StatementKinds {
		versions, err := s.Accounts.Statements(c.Context(), kind)
		if err != nil {
			return err
		}
		m.Texts = append(m.Texts, views.StatementVersions{Kind: kind, Versions: versions})
	}
	return s.html(w, c, status, views.Operator(documentFrame(c.page("This instance")), m))
}

func (s *Server) saveOperator(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	o := account.Operator{Name: c.PostFormValue("name"), Contact: c.PostFormValue("contact"), Host: c.PostFormValue("host")}
	err := s.Accounts.SetOperator(c.Context(), c.who, o)
	if err == nil {
		return redirect(w, "/operator?done=saved")
	}
	wrong, status, err := wrongOf(err)
	if err != nil {
		return err
	}
	return s.operatorPage(w, c, status, views.OperatorPage{Operator: o, Wrong: wrong})
}

// operatorDocument shows the record of processing for others, where there are others.
func (s *Server) operatorDocument(w http.ResponseWriter, c *call) error {
	in, err := s.instance(c.Context(), c.origin())
	if err != nil {
		return err
	}
	name, file := strings.CutSuffix(c.PathValue("document"), ".md")
	if name != privacy.Processor.Name || !in.Shared {
		return problem.NotFound
	}
	customers, domains, err := s.Accounts.Customers(c.Context(), c.who)
	if err != nil {
		return err
	}
	clients := make([]privacy.Client, len(customers))
	for i, customer := range customers {
		clients[i] = privacy.Client{Name: customer.Name, Sites: domains[customer.ID]}
	}
	return s.showDocument(w, c, privacy.Processor, file, views.DocumentPage{Base: "/operator"}, func(lang string) (string, error) {
		return privacy.ProcessorText(in, clients, lang, s.edition())
	})
}

// newest returns the newest version of a text; one without a version is the template that stands in for it.
func (s *Server) newest(c *call, kind string, versions []account.Statement) (account.Statement, error) {
	if len(versions) > 0 {
		return versions[0], nil
	}
	in, err := s.instance(c.Context(), c.origin())
	if err != nil {
		return account.Statement{}, err
	}
	text, err := privacy.Draft(kind, c.page("").Words.Lang, in)
	return account.Statement{Kind: kind, Text: text}, err
}

// statement shows one of the operator's texts, or an earlier version of it.
func statement(kind string) handler {
	return func(s *Server, w http.ResponseWriter, c *call) error {
		versions, err := s.Accounts.Statements(c.Context(), kind)
		if err != nil {
			return err
		}
		m := views.StatementPage{Versions: versions}
		if m.Statement, err = s.newest(c, kind, versions); err != nil {
			return err
		}
		if asked := c.URL.Query().Get("version"); asked != "" {
			found := false
			for _, v := range versions {
				if strconv.Itoa(v.Version) == asked {
					m.Statement, found = v, true
				}
			}
			if !found {
				return problem.NotFound
			}
		}
		m.Blocks = privacy.Blocks(m.Statement.Text)
		return s.html(w, c, http.StatusOK, views.StatementText(documentFrame(plain(c.page(views.StatementNames[kind]))), m))
	}
}

// statementForm lets the operator edit one of the texts.
func statementForm(kind string) handler {
	return func(s *Server, w http.ResponseWriter, c *call) error {
		versions, err := s.Accounts.Statements(c.Context(), kind)
		if err != nil {
			return err
		}
		is, err := s.newest(c, kind, versions)
		if err != nil {
			return err
		}
		return s.statementPage(w, c, http.StatusOK, views.StatementForm{Kind: kind, Text: is.Text})
	}
}

func (s *Server) statementPage(w http.ResponseWriter, c *call, status int, m views.StatementForm) error {
	return s.html(w, c, status, views.StatementEditor(documentFrame(c.page(views.StatementNames[m.Kind])), m))
}

// saveStatement shows what the operator wrote, with what is new in it, or makes it a new version.
func saveStatement(kind string) handler {
	return func(s *Server, w http.ResponseWriter, c *call) error {
		if err := c.formError(); err != nil {
			return err
		}
		m := views.StatementForm{Kind: kind, Text: strings.ReplaceAll(c.PostFormValue("text"), "\r\n", "\n")}
		if c.PostFormValue("do") == "preview" {
			versions, err := s.Accounts.Statements(c.Context(), kind)
			if err != nil {
				return err
			}
			was := m.Text
			if len(versions) > 0 {
				was = versions[0].Text
			}
			m.Preview = privacy.Compare(was, m.Text)
			return s.statementPage(w, c, http.StatusOK, m)
		}
		err := s.Accounts.SaveStatement(c.Context(), c.who, kind, m.Text)
		if err == nil {
			return redirect(w, "/operator?done=saved")
		}
		var status int
		if m.Wrong, status, err = wrongOf(err); err != nil {
			return err
		}
		return s.statementPage(w, c, status, m)
	}
}

// news shows what is new in the operator's texts to somebody who just signed in, and leads on from there.
func (s *Server) news(w http.ResponseWriter, c *call) error {
	next := localPath(c.URL.Query().Get("next"))
	list, err := s.Accounts.News(c.Context(), c.who)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return redirect(w, next)
	}
	m := views.NewsPage{Next: next}
	for _, n := range list {
		item := views.NewsItem{Kind: n.Kind, Version: n.Version, First: n.Was == ""}
		if item.First {
			n.Was = n.New // all of it is new: then nothing is marked
		}
		item.Pieces = privacy.Compare(n.Was, n.New)
		m.Items = append(m.Items, item)
	}
	title := "What is new in the terms"
	if m.First() {
		title = "What holds here"
	}
	return s.html(w, c, http.StatusOK, views.News(documentFrame(plain(c.page(title))), m))
}

// newsSeen notes that somebody went on from the page of what is new.
func (s *Server) newsSeen(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	for _, kind := range account.StatementKinds {
		version, err := strconv.Atoi(c.PostFormValue(kind))
		if err != nil {
			continue // nothing was new in it
		}
		if err := s.Accounts.Seen(c.Context(), c.who, kind, version); err != nil {
			return err
		}
	}
	return redirect(w, localPath(c.PostFormValue("next")))
}

// afterSignIn returns where somebody goes who has just signed in: to what is new in the operator's texts first.
func (s *Server) afterSignIn(c *call, id, next string) (string, error) {
	who, err := s.Accounts.WhoBySession(c.Context(), id)
	if err != nil {
		return "", err
	}
	list, err := s.Accounts.News(c.Context(), who)
	if err != nil || len(list) == 0 {
		return next, err
	}
	return "/news?next=" + url.QueryEscape(next), nil
}
