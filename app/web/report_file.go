package web

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"sandprint/app/problem"
)

// reportFile is the current view of a dashboard as one file: the page itself, frozen. It has no script, asks nobody for
// anything, and opens from a disk.
func (s *Server) reportFile(w http.ResponseWriter, c *call) error {
	page := &memory{header: http.Header{}}
	inner := *c
	inner.Request = c.Request.Clone(c.Context())
	inner.Header.Del("Accept-Encoding")
	if err := s.dashboard(page, &inner); err != nil {
		return err
	}
	if page.status != http.StatusOK {
		return problem.NotFound
	}
	file, style, err := s.freeze(page.body.Bytes())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src "+style+"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	return s.sendFile(w, c, c.site.Info().Domain+".html", "text/html; charset=utf-8", file)
}

// memory is a ResponseWriter that keeps the answer.
type memory struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (m *memory) Header() http.Header         { return m.header }
func (m *memory) WriteHeader(status int)      { m.status = status }
func (m *memory) Write(p []byte) (int, error) { return m.body.Write(p) }

// freeze makes a page of ours a file: styles and the map are taken in, what can only be pressed is left out, links become
// text. It returns the file and what its content policy says of its style.
func (s *Server) freeze(page []byte) (file []byte, style string, err error) {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, "", err
	}
	f := freezer{static: s.static}
	f.sheet("style.css")
	f.walk(doc)
	paper, _, _ := strings.Cut(f.text("print.css"), "/* paper */")
	f.styles.WriteString(paper + "\n@media print {" + f.text("print.css") + "}")
	text := f.styles.String()
	style = hashOf(text)
	f.head.InsertBefore(element(atom.Meta, "http-equiv", "Content-Security-Policy", "content", "default-src 'none'; style-src "+style), f.head.FirstChild)
	sheet := element(atom.Style)
	sheet.AppendChild(&html.Node{Type: html.TextNode, Data: text})
	f.head.AppendChild(sheet)
	if f.world {
		shapes, err := html.ParseFragment(strings.NewReader(`<svg class="out" aria-hidden="true"><defs>`+f.text("world.svg")+`</defs></svg>`), f.body)
		if err != nil {
			return nil, "", err
		}
		for _, n := range shapes {
			f.body.AppendChild(n)
		}
	}
	var b bytes.Buffer
	if err := html.Render(&b, doc); err != nil {
		return nil, "", err
	}
	return b.Bytes(), style, nil
}

// freezer walks over a page.
type freezer struct {
	static     static
	head, body *html.Node
	styles     strings.Builder
	world      bool // the map is drawn
}

// text returns a static file.
func (f *freezer) text(name string) string {
	if file := f.static.files[name]; file != nil {
		return string(file.body)
	}
	return ""
}

// sheet takes in a style sheet.
func (f *freezer) sheet(name string) { f.styles.WriteString(f.text(name)) }

// gone are the elements that a file has no use for, and goneClasses what classes such have.
var (
	gone        = []atom.Atom{atom.Script, atom.Link, atom.Noscript, atom.Form, atom.Button, atom.Dialog}
	goneClasses = []string{"legal", "bar", "views", "skip", "menu", "pills", "intervals", "crumb", "details"}
)

// walk freezes a node and all below it.
func (f *freezer) walk(n *html.Node) {
	switch n.DataAtom {
	case atom.Head:
		f.head = n
	case atom.Body:
		f.body = n
	}
	for child := n.FirstChild; child != nil; {
		next := child.NextSibling
		if child.Type == html.ElementNode {
			f.own(child)
			if f.isGone(child) {
				n.RemoveChild(child)
			} else {
				f.walk(child)
			}
		}
		child = next
	}
	if n.Type == html.ElementNode {
		f.still(n)
	}
}

// own takes in a page's own style sheet.
func (f *freezer) own(n *html.Node) {
	if href := attr(n, "href"); n.DataAtom == atom.Link && attr(n, "rel") == "stylesheet" && attr(n, "media") == "" {
		name := strings.TrimPrefix(href, "/static/")
		for plain, hashed := range f.static.hashed {
			if (name == hashed || name == plain) && plain != "style.css" {
				f.sheet(plain)
			}
		}
	}
}

func (f *freezer) isGone(n *html.Node) bool {
	if slices.Contains(gone, n.DataAtom) || n.DataAtom == atom.Meta && attr(n, "name") == "referrer" {
		return true
	}
	for class := range strings.FieldsSeq(attr(n, "class")) {
		if slices.Contains(goneClasses, class) {
			return true
		}
	}
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "hidden" })
}

// still makes an element one that does nothing.
func (f *freezer) still(n *html.Node) {
	switch {
	case n.Data == "a" && n.Namespace == "svg":
		n.Data, n.DataAtom = "g", 0
	case n.Data == "a":
		n.Data, n.DataAtom = "span", atom.Span
	}
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool {
		return strings.HasPrefix(a.Key, "data-") && a.Key != "data-theme" && a.Key != "data-name" || a.Key == "tabindex" || a.Key == "download" || a.Key == "aria-current" ||
			a.Key == "aria-label" && (n.Data == "g" || n.Data == "span") || a.Key == "href" && n.Data != "use"
	})
	for i, a := range n.Attr {
		switch _, id, found := strings.Cut(a.Val, "#"); {
		case n.Data == "use" && found && a.Key == "href":
			n.Attr[i].Val, f.world = "#"+id, true
		case n.Data == "div" && a.Key == "class" && a.Val == "paper":
			n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "aria-hidden" })
		}
	}
}

// element makes an element of pairs of attributes.
func element(name atom.Atom, pairs ...string) *html.Node {
	n := &html.Node{Type: html.ElementNode, DataAtom: name, Data: name.String()}
	for i := 0; i+1 < len(pairs); i += 2 {
		n.Attr = append(n.Attr, html.Attribute{Key: pairs[i], Val: pairs[i+1]})
	}
	return n
}

// attr returns an attribute of an element, or "".
func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
