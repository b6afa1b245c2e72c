package prove

import (
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// talks finds the calls by which a program reaches somebody outside: to an address of the internet that is not this machine.
var (
	talks  = regexp.MustCompile(`^\d*\s*(?:connect|sendto|sendmsg|sendmmsg)\(.*sa_family=AF_INET6?\b`)
	inside = regexp.MustCompile(`inet_addr\("127\.|"::1"|"::ffff:127\.`)
	opens  = regexp.MustCompile(`socket\(AF_\w+, SOCK_\w+`)
)

// nothingIsSent is claim 12: the program's own calls to the system during all that it does are written down by strace, and none of them is for
// another machine. Pages and tracker name no other host either.
func nothingIsSent(t *Trial) {
	strace, err := lookFor("strace")
	if err != nil || runtime.GOOS != "linux" {
		t.notRun("no strace on this machine: it writes down what the program asks the system for")
	}
	trace := filepath.Join(t.dir, "trace")
	dir := filepath.Join(t.dir, "data")
	c := t.command("serve", "--data", dir, "--listen", "127.0.0.1:0", "--trusted-proxies", "127.0.0.0/8")
	c.Path, c.Args = strace, append([]string{strace, "-D", "-f", "-qq", "-o", trace, "-e", "trace=socket,connect,bind,sendto,sendmsg,sendmmsg,exit_group", t.o.Program}, c.Args[1:]...)
	s := t.start(dir, c)
	s.site("shop.example")
	hosts := s.life()
	s.end(term)
	text := t.traced(trace)
	calls, sockets := 0, map[string]int{}
	for line := range strings.Lines(text) {
		calls++
		if talks.MatchString(line) && !inside.MatchString(line) {
			t.wrong("it reached out: %s", strings.TrimSpace(line))
		}
		if m := opens.FindString(line); m != "" {
			sockets[m+")"]++
		}
	}
	if len(sockets) == 0 {
		t.wrong("strace saw no socket, not even the one that the program listens on")
	}
	var kinds []string
	for _, kind := range slices.Sorted(maps.Keys(sockets)) {
		kinds = append(kinds, fmt.Sprintf("%d %s", sockets[kind], kind))
	}
	t.searched("%d calls about sockets, of all threads, from start to end: %s", calls, strings.Join(kinds, ", "))
	t.found("none to another machine: no address was connected to or sent to but this machine's own; pages and tracker name %d other hosts to load anything from", hosts)
}

// life has the program do what it does in a year: visits, sign-ins, every page, a nightly round with its backup, an erasure. It returns how many other hosts
// the pages load something from.
func (s *server) life() (hosts int) {
	cookie := cookieOf("lifelifelifelife12", 0)
	s.hit(map[string]any{"s": "shop.example", "n": "pageview", "i": "viewlife0001", "u": "https://shop.example/" + marker, "r": "https://www.google.com/", "v": cookie},
		"X-Forwarded-For", canaries[0].String())
	session := s.signIn("owner@prove.example")
	asked := 0
	loads := regexp.MustCompile(`(?:src|srcset|action|poster|data)="(?:https?:)?//([^/"]+)|<link[^>]+href="(?:https?:)?//([^/"]+)|url\(["']?(?:https?:)?//([^/)"']+)|@import`)
	for _, pattern := range s.t.o.Routes {
		method, path, _ := strings.Cut(pattern, " ")
		if method != http.MethodGet || strings.HasSuffix(path, "/live") {
			continue
		}
		a := s.ask(method, fill(path, "shop.example"), "", "Cookie", session)
		asked++
		for _, m := range loads.FindAllString(a.body, -1) {
			if !strings.Contains(m, strings.TrimPrefix(s.url, "http://")) && !strings.Contains(a.header.Get("Content-Type"), "json") {
				hosts++
				s.t.wrong("%s loads from elsewhere: %s", pattern, m)
			}
		}
	}
	tracker := s.ask("GET", "/js/shop.example.js", "")
	for _, host := range regexp.MustCompile(`https?://[a-z0-9.:-]+`).FindAllString(tracker.body, -1) {
		if host != s.url {
			hosts++
			s.t.wrong("the tracker names %s", host)
		}
	}
	s.cli("", "maintain")
	s.cli("", "doctor", "--json")
	s.cli("", "erase", "--site", "shop.example", "--visitor", cookie, "--yes")
	s.t.sent("visits, a sign-in, all %d pages, the tracker, a nightly round with its backup, an erasure", asked)
	return hosts
}

// traced returns what strace wrote, once it is done.
func (t *Trial) traced(file string) (text string) {
	s := &server{t: t}
	if !s.eventually(func() bool {
		b, err := os.ReadFile(file)
		text = string(b)
		return err == nil && strings.Contains(text, "exit_group(")
	}) {
		t.must(fmt.Errorf("strace did not come to its end: %s", text))
	}
	return text
}

// dataIsClosed is claim 16: nobody but the owner of the process may read a file, nothing but the port of HTTP listens, and no address of it leads to
// the files.
func dataIsClosed(t *Trial) {
	s := t.serve("data", "--log-file", filepath.Join(t.dir, "sandprint.log"))
	s.site("shop.example")
	s.hit(map[string]any{"s": "shop.example", "n": "pageview", "i": "viewclosed01", "u": "https://shop.example/" + marker})
	s.cli("", "backup")
	s.cli("", "maintain")
	files := 0
	if runtime.GOOS == "windows" {
		t.cantRun("modes of files: this system has none; new files take the access list of their directory")
	} else {
		for _, root := range []string{s.dir, t.dir} {
			t.must(filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
				if err != nil || root == t.dir && !strings.HasPrefix(entry.Name(), "sandprint-") { // the log's days
					return nil
				}
				info, err := entry.Info()
				if err != nil {
					return nil // gone meanwhile
				}
				if files++; info.Mode().Perm()&0o077 != 0 {
					t.wrong("others may open %s: %v", path, info.Mode())
				}
				return nil
			}))
		}
		t.searched("the modes of %d files, directories and sockets: data, backups and log", files)
		t.found("none that anybody but this user may open")
	}
	attempts := []string{"/sites/", "/backups/", "/lock", "/control.sock", "/debug/pprof/heap", "/debug/vars"}
	for _, to := range []string{"/", "/data/", "/../", "/static/../", "/static/..%2f..%2f", "/static/%2e%2e/", "/js/../", "/p/..%2f", "//" + s.dir + "/"} {
		attempts = append(attempts, to+"control.db", to+"backups")
	}
	for _, path := range attempts {
		if a := s.ask("GET", path, ""); strings.Contains(a.body, "SQLite format") || strings.Contains(a.body, marker) || a.status == 200 && strings.HasPrefix(path, "/debug") {
			t.wrong("%s was answered with %d and what is kept", path, a.status)
		}
	}
	t.sent("%d requests that try to reach the files by a path: none was answered with anything of them", len(attempts))
	t.listeners(s)
}
