package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"sandprint/app/problem"
	"sandprint/views"
)

// policy lets a page load its own scripts, styles and pictures and nothing else; nothing in a page is inline.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// setHeaders sets what every answer has (OWASP ASVS 5.0, 3.4).
func setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// html answers with a page. It is drawn whole before the first byte is sent, so an error can still become a page.
func (s *Server) html(w http.ResponseWriter, c *call, status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(c.Context(), &b); err != nil {
		return err
	}
	return s.send(w, c, status, "text/html; charset=utf-8", b.Bytes())
}

// json answers with a value.
func (s *Server) json(w http.ResponseWriter, c *call, status int, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	return s.send(w, c, status, "application/json", b.Bytes())
}

// send answers with a whole body, compressed where that pays and is asked for. A client that is gone is no error.
func (s *Server) send(w http.ResponseWriter, c *call, status int, mime string, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", mime)
	h.Add("Vary", "Accept-Encoding")
	if len(body) >= 1024 && acceptsGzip(c.Request) {
		body = compress(body)
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "60")
	}
	w.WriteHeader(status)
	if c.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
	return nil
}

// redirect sends the browser to another page of ours, with GET.
func redirect(w http.ResponseWriter, path string) error {
	w.Header().Set("Location", path)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// acceptsGzip reads Accept-Encoding (RFC 9110, section 12.5.3): "gzip" or "*", unless its quality is 0.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		coding = strings.TrimSpace(coding)
		if !strings.EqualFold(coding, "gzip") && coding != "*" {
			continue
		}
		q, found := strings.CutPrefix(strings.TrimSpace(params), "q=")
		quality, err := strconv.ParseFloat(q, 64)
		return !found || err == nil && quality > 0
	}
	return false
}

// gzips compress at level 8: a dashboard is 2 % smaller than at the usual one, for half a millisecond more.
var gzips = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, 8) // fails for no level from 0 to 9
	return w
}}

func compress(body []byte) []byte {
	var b bytes.Buffer
	z := gzips.Get().(*gzip.Writer)
	defer gzips.Put(z)
	z.Reset(&b)
	_, _ = z.Write(body) // a buffer takes everything
	_ = z.Close()
	return b.Bytes()
}

// problemPage answers with a page that says what is wrong and what to do.
func (s *Server) problemPage(w http.ResponseWriter, c *call, p *problem.Error) {
	page := c.page("")
	page.Title = strings.TrimSuffix(page.Words.Say(p.Message), ".")
	page.Plain = true
	s.last(w, c, s.html(w, c, p.Status, views.Problem(page, views.Trouble{Status: p.Status, Message: p.Message, Hint: p.Hint, Back: c.wayBack(p), Tries: c.tries(p)})))
}

// tries are what may be asked in place of a question that took too long: the same page of a short period, of the same period
// without filters, or the same again. In place of one whose parameter is misspelt it is the same with the parameter that is called nearly so, and in place of a link that is over to sign in.
func (c *call) tries(p *problem.Error) (list []views.Try) {
	if near := nearest(p.Field, c.knownParams()); p.Code == "bad_parameter" && near != "" {
		values := c.URL.Query()
		if wrong := values[p.Field]; len(wrong) > 0 && !values.Has(near) {
			values[near] = wrong
			values.Del(p.Field)
			return []views.Try{{Name: c.page("").Words.F("Take it as %s", near), Link: (&url.URL{Path: c.URL.Path, RawQuery: values.Encode()}).String()}}
		}
		return nil
	}
	if p.Code == errLink.Code {
		return []views.Try{{Name: "Sign in", Link: "/sign-in"}}
	}
	if p.Code != "too_slow" || c.site == nil || c.Method != http.MethodGet {
		return nil
	}
	with := func(name string, change func(url.Values)) {
		values := c.URL.Query()
		change(values)
		list = append(list, views.Try{Name: name, Link: (&url.URL{Path: c.URL.Path, RawQuery: values.Encode()}).String()})
	}
	if c.URL.Query().Get("period") != "7d" {
		with("Only the last 7 days", func(v url.Values) {
			for _, key := range []string{"from", "to", "compare", "interval"} {
				v.Del(key)
			}
			v.Set("period", "7d")
		})
	}
	if v := c.URL.Query(); v.Has("filter") || v.Has("segment") {
		with("Without filters", func(v url.Values) { v.Del("filter"); v.Del("segment") })
	}
	with("Try again", func(url.Values) {})
	return list
}

// failJSON answers a program: {"error":{"code":…,"message":…,"field":…}}.
func (s *Server) failJSON(w http.ResponseWriter, c *call, p *problem.Error) {
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="Sandprint"`)
	}
	type body struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Field   string `json:"field,omitempty"`
	}
	s.last(w, c, s.json(w, c, p.Status, map[string]body{"error": {p.Code, p.Error(), p.Field}}))
}

// last ends an answer about an error: when that fails too, in plain text.
func (s *Server) last(w http.ResponseWriter, c *call, err error) {
	if err == nil {
		return
	}
	s.Log.ErrorContext(c.Context(), "drawing an error failed", "route", c.pattern(), "err", err)
	http.Error(w, "Something went wrong on our side.", http.StatusInternalServerError)
}

// nothing answers for addresses that are in no row of the table; a slash too many at the end of a site's leads to the one without.
func (s *Server) nothing(w http.ResponseWriter, c *call) error {
	to := *c.URL
	to.Path, to.RawPath = strings.TrimRight(to.Path, "/"), strings.TrimRight(to.RawPath, "/")
	if to.Path == c.URL.Path || !strings.HasPrefix(to.Path, "/sites") || c.Method != http.MethodGet {
		return problem.NotFound
	}
	return redirect(w, to.RequestURI())
}
