package collect

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"

	"sandprint/app/store"
)

// Script is one site's tracker, as it is served.
type Script struct {
	Body, Gzip []byte // the same text, plain and compressed
	ETag       string // strong, quoted
	Hash       string // 16 hex digits of the body's SHA-256; names the immutable address
	Integrity  string // Subresource Integrity (W3C SRI), "sha384-…"
}

// Scripts composes and keeps the trackers of sites. It may be used by several goroutines at once.
type Scripts struct {
	forms map[string]string // minified forms by name, as "cookie-links"
	mu    sync.Mutex
	made  map[string]*Script // by all that goes into one
}

// checkForm is the name of what runs instead of a tracker when an owner checks a page.
const checkForm = "check"

// maxScripts bounds the trackers kept; one takes some 6 KB.
const maxScripts = 1000

// NewScripts reads the minified forms, static/tracker/*.js of the repository, from the repository's files (or from
// static/tracker itself). An error says that a form is missing.
func NewScripts(files fs.FS) (*Scripts, error) {
	if _, err := fs.Stat(files, "static/tracker"); err == nil {
		files, _ = fs.Sub(files, "static/tracker")
	}
	s := &Scripts{forms: map[string]string{}, made: map[string]*Script{}}
	for _, mode := range []string{"cookie", "cookieless", "consent", "consent-early"} {
		for _, blocks := range []string{"", "-links", "-forms", "-links-forms"} {
			body, err := fs.ReadFile(files, mode+blocks+".js")
			if err != nil {
				return nil, fmt.Errorf("reading a form of the tracker (made by tools/tracker): %w", err)
			}
			s.forms[mode+blocks] = strings.TrimSpace(string(body))
		}
	}
	body, err := fs.ReadFile(files, checkForm+".js")
	if err != nil {
		return nil, fmt.Errorf("reading the check of pages (made by tools/tracker): %w", err)
	}
	s.forms[checkForm] = strings.TrimSpace(string(body))
	return s, nil
}

// For returns the tracker of a site. Base is the collector's origin, as "https://stats.example.com"; the tracker uses it
// only where it cannot tell its own address.
func (s *Scripts) For(info store.SiteInfo, base string) *Script {
	form := formOf(info)
	rules := info.Settings
	// JSON of strings and slices of strings cannot fail.
	id, _ := json.Marshal([]any{form, info.Domain, base, rules.Localhost, rules.Excluded, rules.QueryKeys, rules.SearchKey})
	s.mu.Lock()
	defer s.mu.Unlock()
	if made := s.made[string(id)]; made != nil {
		return made
	}
	if len(s.made) >= maxScripts {
		clear(s.made)
	}
	made := newScript(s.compose(form, info, base))
	s.made[string(id)] = made
	return made
}

// formOf returns the name of the form with the blocks that a site uses.
func formOf(info store.SiteInfo) string {
	form := info.Mode
	switch {
	case form == "consent" && info.Settings.Early:
		form = "consent-early"
	case form != "cookie" && form != "consent":
		form = "cookieless" // the mode that keeps nothing, for one that this version does not know
	}
	if !info.Settings.NoLinks {
		form += "-links"
	}
	if info.Settings.Forms {
		form += "-forms"
	}
	return form
}

// compose fills in a site's name and rules.
func (s *Scripts) compose(form string, info store.SiteInfo, base string) []byte {
	return []byte(strings.NewReplacer(
		"$SITE$", inString(info.Domain),
		"$BASE$", inString(base),
		"$REFUSE$", refused(info.Settings),
		"$COUNT$", countRule,
		"$KEYS$", allowedKeys(info.Settings),
	).Replace(s.forms[form]))
}

// inString escapes what ends a JavaScript string or line.
func inString(text string) string { return plain.ReplaceAllStringFunc(text, escaped) }

// plain finds what is not safe to stand in a JavaScript string or regular expression as it is.
var plain = regexp.MustCompile(`[^0-9A-Za-z:/._~ -]`)

// refused returns the pattern of hosts followed by paths from which nothing is sent: files and this machine, unless the site
// wants it, and the owner's excluded paths, with a slash at their end or without (as pathsOf has it).
func refused(rules store.SiteSettings) string {
	pattern := `^\/`
	if !rules.Localhost {
		pattern = `^(localhost|127[.\d]+|\[::1]|)\/`
	}
	if len(rules.Excluded) == 0 {
		return pattern
	}
	paths := make([]string, len(rules.Excluded))
	for i, path := range rules.Excluded {
		paths[i] = pathRule(strings.TrimSuffix(path, "/"))
	}
	return pattern + `|^[^/]*(` + strings.Join(paths, "|") + `)\/?$`
}

// pathRule translates a path pattern: * is anything within a level, ** anything. The browser's path is percent-encoded, so
// what is not ASCII is too.
func pathRule(pattern string) string {
	var rule strings.Builder
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		switch {
		case strings.HasPrefix(pattern[i:], "**"):
			rule.WriteString(".*")
			i++
		case c == '*':
			rule.WriteString("[^/]*")
		case c > '~' || c <= ' ':
			fmt.Fprintf(&rule, "%%%02X", c)
		default:
			rule.WriteString(literal(string(rune(c))))
		}
	}
	return rule.String()
}

// allowedKeys returns the alternatives of query keys that may be sent: the built-in ones, the site's and that of its search.
func allowedKeys(rules store.SiteSettings) string {
	all := "utm_(source|medium|campaign|term|content)|ref|source|page|lang|gclid|msclkid"
	keys := rules.QueryKeys
	if rules.SearchKey != "" {
		keys = append(slices.Clone(keys), rules.SearchKey)
	}
	for _, key := range keys {
		all += "|" + literal(key)
	}
	return all
}

// literal returns a pattern in a JavaScript regular expression literal that matches text as it stands.
func literal(text string) string { return special.ReplaceAllStringFunc(text, escaped) }

// special finds what a regular expression literal may not hold as it is.
var special = regexp.MustCompile(`[^0-9A-Za-z_-]`)

// escaped writes text as JavaScript's \u escapes, which mean the same in a string and in a regular expression.
func escaped(text string) string {
	var out strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&out, `\u%04x`, unit)
	}
	return out.String()
}

// newScript makes what is served of a body.
func newScript(body []byte) *Script {
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // the level is valid
	w.Write(body)                                              // a buffer takes everything
	w.Close()
	sum, strong := sha256.Sum256(body), sha512.Sum384(body)
	hash := hex.EncodeToString(sum[:8])
	return &Script{Body: body, Gzip: packed.Bytes(), ETag: `"` + hash + `"`, Hash: hash,
		Integrity: "sha384-" + base64.StdEncoding.EncodeToString(strong[:])}
}

// ServeCheck answers with what runs instead of a site's tracker when its owner checks a page. It goes by the rules of this moment.
func (s *Scripts) ServeCheck(w http.ResponseWriter, info store.SiteInfo, base string) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*") // it is loaded as a module
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	w.Write(s.compose(checkForm, info, base))
}

// Serve answers with a site's tracker: for an hour when hash is empty, forever when it is the current hash, and 404 for
// any other.
func (s *Scripts) Serve(w http.ResponseWriter, r *http.Request, info store.SiteInfo, base string, hash string) {
	script := s.For(info, base)
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	if hash != "" && hash != script.Hash {
		http.Error(w, "The tracker of this site has changed; its settings page shows the new address.", http.StatusNotFound)
		return
	}
	h.Set("Cache-Control", "public, max-age=3600, stale-while-revalidate=86400")
	if hash != "" {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Vary", "Accept-Encoding")
	body, etag := script.Body, script.ETag
	if acceptsGzip(r.Header.Get("Accept-Encoding")) {
		body, etag = script.Gzip, `"`+script.Hash+`-gz"` // other bytes, so another strong tag (RFC 9110, 8.8.3)
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", etag)
	if strings.Contains(r.Header.Get("If-None-Match"), etag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}

// acceptsGzip reports whether an Accept-Encoding header (RFC 9110, 12.5.3) asks for gzip.
func acceptsGzip(header string) bool {
	for coding := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(coding), ";")
		weight = strings.ReplaceAll(weight, " ", "")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") && strings.TrimRight(weight, "0.") != "q=" {
			return true
		}
	}
	return false
}
