package prove

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Trial is one claim being tried. Its methods that can't go on end the claim, which then counts as broken: what can't be shown
// isn't shown.
type Trial struct {
	ctx    context.Context
	o      Options
	dir    string // of this claim alone
	result Result
	ends   []func() // what is to be ended, in order of its beginning
}

// stop is what a claim ends with early.
type stop struct{}

// runTo runs a claim to its end, whichever it is.
func (t *Trial) runTo(try func(*Trial)) {
	defer func() {
		for _, end := range slices.Backward(t.ends) {
			end()
		}
		if v := recover(); v != nil {
			if _, ours := v.(stop); !ours {
				panic(v)
			}
		}
	}()
	t.must(os.MkdirAll(t.dir, 0o700))
	try(t)
}

// say adds a line of evidence.
func (t *Trial) say(what, format string, args ...any) {
	t.result.Evidence = append(t.result.Evidence, Line{what, fmt.Sprintf(format, args...)})
}

// sent, searched, found and asked add a line of evidence of that kind.
func (t *Trial) sent(format string, args ...any)     { t.say("sent", format, args...) }
func (t *Trial) searched(format string, args ...any) { t.say("searched", format, args...) }
func (t *Trial) found(format string, args ...any)    { t.say("found", format, args...) }
func (t *Trial) asked(format string, args ...any)    { t.say("asked", format, args...) }

// wrong adds what contradicts the claim.
func (t *Trial) wrong(format string, args ...any) {
	t.result.Wrong = append(t.result.Wrong, fmt.Sprintf(format, args...))
}

// must ends the claim when something that every claim needs did not work.
func (t *Trial) must(err error) {
	if err != nil {
		t.wrong("it could not be tried: %v", err)
		panic(stop{})
	}
}

// cantRun notes what was left out because this machine lacks something.
func (t *Trial) cantRun(format string, args ...any) {
	if line := (Line{"not run", fmt.Sprintf(format, args...)}); !slices.Contains(t.result.Evidence, line) {
		t.result.Evidence = append(t.result.Evidence, line)
	}
}

// notRun ends a claim of which nothing can be run on this machine.
func (t *Trial) notRun(format string, args ...any) {
	t.cantRun(format, args...)
	t.result.Outcome = NotRun
	panic(stop{})
}

// command returns the program with a line, and nothing of the settings of the Sandprint that this machine may run.
func (t *Trial) command(args ...string) *exec.Cmd {
	c := exec.CommandContext(t.ctx, t.o.Program, args...)
	c.Dir = t.dir
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "SANDPRINT_") {
			c.Env = append(c.Env, v)
		}
	}
	return c
}

// cli runs a line of the program and returns what it printed. It must work.
func (t *Trial) cli(stdin string, args ...string) string {
	c := t.command(args...)
	c.Stdin = strings.NewReader(stdin)
	var talk bytes.Buffer
	c.Stderr = &talk
	out, err := c.Output()
	if err != nil {
		err = fmt.Errorf("“sandprint %s”: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(talk.String()))
	}
	t.must(err)
	return strings.TrimSpace(string(out))
}

// server is the program at work on a data directory.
type server struct {
	t       *Trial
	dir     string
	log     string // its log, a file
	url     string
	process *os.Process
	ended   chan struct{}
	token   string // may read and write; empty until there is a site
}

// ready is what the program says when it can be asked.
var ready = regexp.MustCompile(`Sandprint is ready at (http://\S+)`)

// serve starts the program on a directory below the trial's, behind a proxy that it trusts.
func (t *Trial) serve(name string, args ...string) *server {
	dir := filepath.Join(t.dir, name)
	return t.start(dir, t.command(append([]string{"serve", "--data", dir, "--listen", "127.0.0.1:0", "--trusted-proxies", "127.0.0.0/8"}, args...)...))
}

// start waits until a command that serves dir is ready.
func (t *Trial) start(dir string, c *exec.Cmd) *server {
	s := &server{t: t, dir: dir, log: dir + ".log", ended: make(chan struct{})}
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	t.must(err)
	c.Stderr = log
	out, err := c.StdoutPipe()
	t.must(err)
	t.must(c.Start())
	s.process = c.Process
	lines := bufio.NewScanner(out)
	for s.url == "" && lines.Scan() {
		if m := ready.FindStringSubmatch(lines.Text()); m != nil {
			s.url = m[1]
		}
	}
	go func() {
		io.Copy(io.Discard, out)
		c.Wait()
		log.Close()
		close(s.ended)
	}()
	t.ends = append(t.ends, func() { s.end(os.Kill) })
	if s.url == "" {
		<-s.ended
		said, _ := os.ReadFile(s.log)
		t.must(fmt.Errorf("the program did not get ready: %s", said))
	}
	return s
}

// end ends the program with a signal and waits for it.
func (s *server) end(with os.Signal) {
	select {
	case <-s.ended:
		return
	default:
	}
	if err := s.process.Signal(with); err != nil && with != os.Kill {
		s.process.Kill() // a system without that signal
	}
	select {
	case <-s.ended:
	case <-time.After(10 * time.Second):
		s.process.Kill()
		<-s.ended
	}
}

// term is how a system asks a program to end.
var term os.Signal = syscall.SIGTERM

// cli runs a line on the directory that is being served.
func (s *server) cli(stdin string, args ...string) string {
	return s.t.cli(stdin, append(args, "--data", s.dir)...)
}

// password is that of every made-up owner.
const password = "a pass phrase for made-up owners"

// owner adds an owner of a customer, and returns their token.
func (s *server) owner(email, customer string) string {
	s.cli(password+"\n", "user", "add", email, "--customer", customer, "--role", "owner", "--password-stdin")
	return s.cli("", "token", "add", "--user", email, "--scope", "write")
}

// site adds a site, and before the first one its owner.
func (s *server) site(domain string, args ...string) {
	if s.token == "" {
		s.token = s.owner("owner@prove.example", "Prove")
	}
	s.cli("", append([]string{"site", "add", domain, "--customer", "Prove"}, args...)...)
}

// agent is a browser that people use.
const agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"

// client follows no redirects: an answer is looked at as it is.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends a request; headers are names and values in turn.
func (s *server) ask(method, path, body string, headers ...string) answer {
	s.t.check()
	req, err := http.NewRequestWithContext(s.t.ctx, method, s.url+path, strings.NewReader(body))
	s.t.must(err)
	req.Header.Set("User-Agent", agent)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := client.Do(req)
	s.t.must(err)
	defer resp.Body.Close()
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") { // it has no end
		first := make([]byte, 4096)
		n, _ := resp.Body.Read(first)
		return answer{resp.StatusCode, resp.Header, string(first[:n])}
	}
	text, err := io.ReadAll(resp.Body)
	s.t.must(err)
	return answer{resp.StatusCode, resp.Header, string(text)}
}

// check ends the claim when it was interrupted.
func (t *Trial) check() { t.must(t.ctx.Err()) }

// hit sends a hit, fields and values in turn, that is to be acknowledged.
func (s *server) hit(fields map[string]any, headers ...string) {
	body, err := json.Marshal(fields)
	s.t.must(err)
	if a := s.ask("POST", "/e", string(body), headers...); a.status != http.StatusAccepted {
		s.t.must(fmt.Errorf("a hit was answered with %d: %s", a.status, a.body))
	}
}

// figures is an answer of the API about a site.
type figures struct {
	Rows      []map[string]any
	Totals    map[string]float64
	TotalRows int `json:"total_rows"`
	Hidden    struct{ Rows int }
}

// stats asks the API for figures; query is what stands behind the question mark.
func (s *server) stats(domain, query string) (f figures) {
	a := s.ask("GET", "/api/v1/sites/"+domain+"/stats?"+query, "", "Authorization", "Bearer "+s.token)
	if a.status != http.StatusOK {
		s.t.must(fmt.Errorf("asked for %s: %d %s", query, a.status, a.body))
	}
	s.t.must(json.Unmarshal([]byte(a.body), &f))
	return f
}

// change changes settings of a site.
func (s *server) change(domain string, settings map[string]any) {
	body, err := json.Marshal(settings)
	s.t.must(err)
	if a := s.ask("PATCH", "/api/v1/sites/"+domain, string(body), "Authorization", "Bearer "+s.token, "Content-Type", "application/json"); a.status != http.StatusOK {
		s.t.must(fmt.Errorf("settings of %s: %d %s", domain, a.status, a.body))
	}
}

// cookieOf returns a value of the cookie, made so many days ago.
func cookieOf(id string, daysAgo int64) string {
	return fmt.Sprintf("%s.%d", id, time.Now().Unix()/86400-daysAgo)
}

// shown returns what the visitors' page shows of a browser, as JSON.
func (s *server) shown(domain, cookie string) string {
	a := s.ask("POST", "/privacy/"+domain+"/show", `{"v":"`+cookie+`"}`, "Content-Type", "text/plain", "Accept", "application/json")
	if a.status != http.StatusOK {
		s.t.must(fmt.Errorf("what is kept of a browser: %d %s", a.status, a.body))
	}
	return a.body
}

// exists reports whether a program is on this machine, and where.
func lookFor(names ...string) (path string, err error) {
	for _, name := range names {
		if path, err = exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no " + names[0] + " on this machine")
}

// eventually asks again for a while until something is so, and reports whether it came to be.
func (s *server) eventually(is func() bool) bool {
	for range 20 {
		if is() {
			return true
		}
		time.Sleep(300 * time.Millisecond) // the visitors' page is asked five times a second at most
		s.t.check()
	}
	return false
}

// quiet is for servers of which nobody wants to hear.
var quiet = log.New(io.Discard, "", 0)

// request returns a request of the owner's token.
func (s *server) request(path string) *http.Request {
	req, err := http.NewRequestWithContext(s.t.ctx, http.MethodGet, s.url+path, nil)
	if err != nil {
		panic(err) // the paths are ours
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	return req
}

// askAs sends a request as somebody, as a form where it is one.
func (s *server) askAs(who asker, method, path string) answer {
	headers := who.headers
	if method != http.MethodGet {
		headers = append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)
	}
	return s.ask(method, path, "", headers...)
}
