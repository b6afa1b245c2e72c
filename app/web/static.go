package web

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"

	"sandprint/app/problem"
)

// static holds the files of Options.Static in memory, also compressed. A file is there under its name, to be asked for
// again each time, and under a name with its hash (style.1a2b3c4d5e6f.css), to be kept for ever.
type static struct {
	files  map[string]*staticFile // by both names
	hashed map[string]string      // name to name with hash
}

type staticFile struct {
	body, gzip []byte // gzip is nil where it doesn't pay
	mime       string
	hash       string
}

// staticTypes are the kinds of files that browsers may ask for; the folder holds other things too.
var staticTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon", ".webmanifest": "application/manifest+json"}

func newStatic(files fs.FS) (static, error) {
	st := static{map[string]*staticFile{}, map[string]string{}}
	if files == nil {
		return st, nil
	}
	return st, fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		kind := staticTypes[path.Ext(name)]
		if err != nil || d.IsDir() || kind == "" || strings.Contains(name, "/") {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		f := &staticFile{body: body, mime: kind, hash: hex.EncodeToString(sum[:6])}
		if z := compress(body); len(z) < len(body)*9/10 {
			f.gzip = z
		}
		hashed := strings.TrimSuffix(name, path.Ext(name)) + "." + f.hash + path.Ext(name)
		st.files[name], st.files[hashed], st.hashed[name] = f, f, hashed
		return nil
	})
}

// StaticURL returns the address of a file of Options.Static, with its hash, so that it may be kept for ever.
func (s *Server) StaticURL(name string) string {
	if hashed, ok := s.static.hashed[name]; ok {
		name = hashed
	}
	return "/static/" + name
}

// staticFile answers with a file.
func (s *Server) staticFile(w http.ResponseWriter, c *call) error {
	name := c.PathValue("file")
	f, ok := s.static.files[name]
	if !ok {
		return problem.NotFound
	}
	h := w.Header()
	h.Del("Vary") // it is the same for everyone
	h.Add("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if _, plain := s.static.hashed[name]; !plain {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body, tag := f.body, `"`+f.hash+`"`
	if f.gzip != nil && acceptsGzip(c.Request) {
		body, tag = f.gzip, `"`+f.hash+`-gz"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", tag)
	if match := c.Header.Get("If-None-Match"); match == "*" || strings.Contains(match, tag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", f.mime)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if c.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
	return nil
}
