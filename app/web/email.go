package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sandprint/app/problem"
	"sandprint/app/report"
	"sandprint/views"
)

// emailPreview shows the weekly report as it looks in a mail, or with format=html or text is one of its forms as a file.
func (s *Server) emailPreview(w http.ResponseWriter, c *call) error {
	m, err := s.weekly(c)
	if err != nil {
		return err
	}
	switch format := c.URL.Query().Get("format"); format {
	case "html":
		m.Inline = true
		var b bytes.Buffer
		if err := views.MailDocument(m).Render(c.Context(), &b); err != nil {
			return err
		}
		return s.sendFile(w, c, c.site.Info().Domain+" mail.html", "text/html; charset=utf-8", b.Bytes())
	case "text":
		return s.sendFile(w, c, c.site.Info().Domain+" mail.txt", "text/plain; charset=utf-8", []byte(m.Text()))
	case "":
	default:
		return problem.BadField("format", "bad_format", "There is no such form of the report.").WithHint("It is html or text.")
	}
	page := c.page("Weekly report by e-mail")
	page.Style = views.MailSheet()
	w.Header().Set("Content-Security-Policy", strings.Replace(policy, "style-src 'self'", "style-src 'self' "+hashOf(page.Style), 1))
	return s.html(w, c, http.StatusOK, views.EmailPage(page, m))
}

// weekly asks for the figures of the last whole week.
func (s *Server) weekly(c *call) (views.Mail, error) {
	info := c.site.Info()
	now := time.Now().In(info.Zone)
	from, to := views.LastWeek(now)
	q, err := report.Parse(url.Values{"from": {from}, "to": {to}, "compare": {"previous"}}, info.Zone, now)
	if err != nil {
		return views.Mail{}, err
	}
	q.Metrics = views.MailMetrics
	queries := []report.Query{q}
	for _, t := range views.MailTabs {
		queries = append(queries, t.Query(q))
	}
	effects := views.EffectQueries(q)
	queries = append(queries, effects...)
	answers, err := report.RunAll(c.Context(), c.site, queries)
	if err != nil {
		return views.Mail{}, err
	}
	m := views.Mail{Words: c.page("").Words, Site: info.Domain, Origin: c.origin(), Totals: answers[0]}
	for i, t := range views.MailTabs {
		m.Lists = append(m.Lists, views.MailList{Name: t.Name, Empty: t.Empty, Answer: answers[i+1]})
	}
	last := len(answers) - len(effects)
	m.How = views.EffectOf(answers[last], answers[last+1]).Counted(m.Words, info)
	return m, nil
}

// hashOf returns the source expression of a content policy that allows a style of just this text.
func hashOf(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// sendFile answers with a file to keep.
func (s *Server) sendFile(w http.ResponseWriter, c *call, name, kind string, body []byte) error {
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	return s.send(w, c, http.StatusOK, kind, body)
}
