package pages_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sandprint/app/apptest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	apptest.CloseBrowser()
	os.Exit(code)
}

// house is the demo with two more sites of its owner.
type house struct {
	*apptest.App
	link string // signs in as the owner
}

// TestPages looks at everything there is in one demo.
func TestPages(t *testing.T) {
	var h house
	h.App, h.link = apptest.Demo(t)
	h.AddUser("editor@kiln-and-sea.example", "Kiln & Sea", "editor") // the second person, after the demo's owner
	for _, domain := range []string{fresh, quiet} {
		h.AddSite(domain, "Kiln & Sea")
	}
	h.RunWith(threeVisits(), "import", "hits", "--site", quiet, "-")
	list := stops(t)
	t.Run("figures", h.figures)
	t.Run("empties", h.empties)
	t.Run("troubled", h.troubled)
	t.Run("offline", h.offline)
	t.Run("ended", h.ended)
	t.Run("owner", h.owner)
	t.Run("by keys", h.byKeys)
	t.Run("in German", h.inGerman)
	t.Run("segments", h.segments)
	t.Run("tables", h.tables)
	t.Run("files", h.files)
	t.Run("paper", h.paper)
	t.Run("mail", h.mail)
	t.Run("keys", h.keys)
	t.Run("keys aside", h.keysAside)
	h.all(t, list)
}

// all looks at addresses in every way.
func (h house) all(t *testing.T, list []stop) {
	t.Run("markup", func(t *testing.T) { h.markup(t, list) })
	t.Run("german", func(t *testing.T) { h.german(t, list) })
	t.Run("browser", func(t *testing.T) { h.look(t, list) })
}

// threeVisits are the hits of three people who read a page yesterday, one of them abroad.
func threeVisits() string {
	var b strings.Builder
	at := time.Now().Add(-20 * time.Hour)
	for i, country := range []string{"DE", "DE", "FR"} {
		fmt.Fprintf(&b, `{"ts":%q,"visitor":"v%d","cc":%q,"n":"pageview","i":"view%08d","u":"https://`+quiet+`/","t":"Quiet"}`+"\n",
			at.Add(time.Duration(i)*time.Minute).UTC().Format(time.RFC3339), i, country, i)
	}
	return b.String()
}

// client returns a client that is signed in as the owner, or not.
func (h house) client(t *testing.T, nobody bool) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar}
	t.Cleanup(c.CloseIdleConnections)
	if !nobody {
		resp, err := c.Get(h.link)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	return c
}

// get returns an answer and its body. The language is a value of Accept-Language.
func (h house) get(t *testing.T, c *http.Client, path, language string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, h.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Language", language)
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// tool returns the path of something that npm brings.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs("../../tools/pages/node_modules/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is missing: `make tools` installs it", name)
	}
	return path
}

// markup gets every page and holds its headers to the rules and its HTML to html-validate's.
func (h house) markup(t *testing.T, all []stop) {
	pages := map[string]string{} // body by what it is of
	owner, nobody := h.client(t, h.link == ""), h.client(t, true)
	for _, s := range all {
		c := owner
		if s.nobody {
			c = nobody
		}
		resp, body := h.get(t, c, s.path, "en")
		if kind := resp.Header.Get("Content-Type"); resp.StatusCode != s.want() || !strings.HasPrefix(kind, "text/html") {
			t.Errorf("%s: status %d, %s, want a page with %d; list_test.go says what to look at", s.name(), resp.StatusCode, kind, s.want())
			continue
		}
		checkPolicy(t, s, resp.Header.Get("Content-Security-Policy"))
		if pages[s.name()] != "" {
			t.Errorf("%s is in the list twice", s.name())
		}
		pages[s.name()] = body
	}
	validate(t, pages)
}

// validate holds pages, by what they are of, to html-validate.
func validate(t *testing.T, pages map[string]string) {
	t.Helper()
	dir := t.TempDir()
	names := map[string]string{} // file to what it is of
	for name, body := range pages {
		file := fmt.Sprintf("%03d.html", len(names))
		if names[file] = name; os.WriteFile(filepath.Join(dir, file), []byte(body), 0o600) != nil {
			t.Fatal("can't write to the temporary directory")
		}
	}
	config, err := filepath.Abs("../../tools/pages/htmlvalidate.cjs")
	if err != nil {
		t.Fatal(err)
	}
	said := filepath.Join(t.TempDir(), "said.json")
	_, runErr := exec.Command(tool(t, ".bin/html-validate"), "--config", config, "--formatter", "json="+said, dir).Output()
	out, err := os.ReadFile(said)
	if err != nil {
		t.Fatalf("html-validate: %v", runErr)
	}
	var results []struct {
		FilePath string
		Messages []struct {
			RuleID, Message, Selector string
			Line                      int
		}
	}
	if err := json.Unmarshal(out, &results); err != nil {
		t.Fatalf("html-validate: %v: %s", err, out)
	}
	for _, r := range results {
		for _, m := range r.Messages {
			t.Errorf("%s: %s: %s (%s, line %d)", names[filepath.Base(r.FilePath)], m.RuleID, m.Message, m.Selector, m.Line)
		}
	}
}

// checkPolicy holds a page's content policy to what is promised: nothing inline, nothing from elsewhere.
func checkPolicy(t *testing.T, s stop, policy string) {
	t.Helper()
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe-") || strings.Contains(policy, "*") || strings.Contains(policy, "http") {
		t.Errorf("%s: the policy is %q", s.name(), policy)
	}
}

// look opens every page in a browser: on a desk and on a phone, light and dark, with its menus closed and open.
func (h house) look(t *testing.T, all []stop) {
	source, err := os.ReadFile(tool(t, "axe-core/axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		t.Run(s.name(), func(t *testing.T) {
			t.Parallel()
			p := apptest.NewPage(t)
			p.Viewport(1280, 900)
			p.Dark(false)
			if !s.nobody {
				p.Open(h.link)
			}
			p.Open(h.URL + s.path)
			p.Run(string(source) + lookers)
			for _, pass := range s.passes() {
				pass.run(t, p)
			}
			p.Viewport(320, 640)
			if wide := apptest.Eval[string](p, `tooWide()`); wide != "" {
				t.Errorf("it scrolls sideways at 320 px: %s", wide)
			}
			elsewhere := apptest.Eval[string](p, `[...new Set(performance.getEntries().filter((e) => /^https?:/.test(e.name) && new URL(e.name).origin !== location.origin).map((e) => e.name))].join(" ")`)
			if elsewhere != "" {
				t.Errorf("it asks elsewhere: %s", elsewhere)
			}
			for _, m := range p.Messages() {
				t.Errorf("on the console: %s", m)
			}
		})
	}
}

// pass is one run of axe over a page.
type pass struct {
	name  string
	width int64
	dark  bool
	rules string
	menus bool // of each menu, opened
}

// passes are the runs that a page needs. The dark page is the light one but for its colours, and the menus are the same on
// all addresses of a page, so they are opened on its first.
func (s stop) passes() []pass {
	const all, colours = `{}`, `{runOnly: ["color-contrast"]}`
	list := []pass{
		{"desktop, light", 1280, false, all, false},
		{"desktop, dark", 1280, true, colours, false},
		{"phone, dark", 390, true, colours, false},
		{"phone, light", 390, false, all, false},
	}
	if s.first {
		list = append(list, pass{"menus, light", 1280, false, all, true}, pass{"menus, dark", 1280, true, colours, true})
	}
	return list
}

func (a pass) run(t *testing.T, p *apptest.Page) {
	t.Helper()
	p.Viewport(a.width, 900)
	p.Dark(a.dark)
	if !a.menus {
		for _, fault := range apptest.Eval[[]string](p, `axeFaults(document, `+a.rules+`)`) {
			t.Errorf("%s: %s", a.name, fault)
		}
		return
	}
	for i := range apptest.Eval[int](p, `document.querySelectorAll("details").length`) {
		for _, fault := range apptest.Eval[[]string](p, fmt.Sprintf(`axeMenu(%d, %s)`, i, a.rules)) {
			t.Errorf("%s: %s", a.name, fault)
		}
	}
}
