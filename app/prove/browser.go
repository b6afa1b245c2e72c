package prove

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// visit is a page that the browser opens, and what happens on it.
type visit struct {
	url    string // as "http://shop.example/path?query#fragment"
	head   string // HTML before the tracker
	body   string // HTML
	do     string // JavaScript, run once the page is there; may await
	framed string // path of a page with the tracker, for a frame of this one
	bare   bool   // without the tracker
	leads  bool   // the tracker leads on to the visitors' page of the collector
}

// seen is what a page saw on the device when it was about to be left.
type seen struct {
	Cookie    string   // document.cookie
	Set       []string // what was assigned to document.cookie
	Local     []string // keys of localStorage
	Session   []string // of sessionStorage
	Databases []string // of IndexedDB
	Caches    []string
	Hosts     []string // that the page asked for anything
	Faults    []string // of scripts
}

// storage names what is kept on the device; empty: nothing.
func (s seen) storage() string {
	var list []string
	for name, keys := range map[string][]string{"localStorage": s.Local, "sessionStorage": s.Session, "IndexedDB": s.Databases, "Cache": s.Caches} {
		if len(keys) > 0 {
			list = append(list, name+": "+strings.Join(keys, " "))
		}
	}
	if s.Cookie != "" {
		list = append(list, "cookie: "+s.Cookie)
	}
	slices.Sort(list)
	return strings.Join(list, "; ")
}

// sentHit is a hit as the browser sent it.
type sentHit struct {
	Name   string         `json:"n"`
	URL    string         `json:"u"`
	Cookie string         `json:"v"`
	Title  string         `json:"t"`
	Props  map[string]any `json:"p"`
}

// web is all the web that the browser gets to see: the pages, and in the same place the collector, before which it writes down
// what comes.
type web struct {
	t       *Trial
	to      *server // the collector; its name in the browser is statsHost
	visits  []visit
	address string

	mu    sync.Mutex
	at    int // the visit that is going on
	saw   []seen
	wire  bytes.Buffer // requests to the collector as they came: line, headers, body
	asked int          // how many
	hits  []sentHit
	done  chan struct{}
}

const statsHost = "stats.example"

// browse has a real browser open pages one after another, and returns what went over the wire and what was on the device. Without a browser
// the rest of the claim is not run.
func (s *server) browse(visits []visit) *web {
	path, err := lookFor("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
	if named := os.Getenv("SANDPRINT_CHROMIUM"); named != "" {
		path, err = named, nil
	}
	if err != nil {
		s.t.notRun("%v: it is a claim about browsers, and needs one", err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	s.t.must(err)
	w := &web{t: s.t, to: s, visits: append(visits, visit{url: "http://end.example/", bare: true}), address: ln.Addr().String(), done: make(chan struct{})}
	server := &http.Server{Handler: w, ErrorLog: quiet, ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(ln)
	s.t.ends = append(s.t.ends, func() { server.Close() })
	profile := filepath.Join(s.t.dir, "browser")
	// Whatever name the browser looks up, for the pages or for itself, is this machine.
	c := exec.CommandContext(s.t.ctx, path, "--headless", "--disable-gpu", "--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--disable-extensions", "--disable-sync", "--disable-dev-shm-usage", "--disable-blink-features=AutomationControlled", "--user-agent="+agent, "--user-data-dir="+profile,
		"--host-resolver-rules=MAP * "+w.address, "--unsafely-treat-insecure-origin-as-secure="+w.origins(), w.visits[0].url)
	c.Env = append(os.Environ(), "HOME="+s.t.dir)
	s.t.must(startTogether(c))
	ended := make(chan struct{})
	go func() {
		c.Wait()
		close(ended)
	}()
	defer func() {
		endTogether(c)
		<-ended
	}()
	select {
	case <-w.done:
	case <-ended:
		s.t.must(fmt.Errorf("%s ended by itself at %s", path, w.visits[w.at].url))
	case <-time.After(time.Minute):
		s.t.must(fmt.Errorf("%s came no further than %s", path, w.visits[w.at].url))
	case <-s.t.ctx.Done():
	}
	s.t.check()
	for i, saw := range w.saw {
		if len(saw.Faults) > 0 {
			s.t.wrong("a script failed on %s: %s", w.visits[i].url, strings.Join(saw.Faults, "; "))
		}
	}
	s.t.sent("%d pages opened in %s; %d requests of theirs to the collector", len(visits), filepath.Base(path), w.asked)
	return w
}

// origins returns those of all visits and the collector's, with commas.
func (w *web) origins() string {
	list := []string{"http://" + statsHost}
	for _, v := range w.visits {
		scheme, rest, _ := strings.Cut(v.url, "://")
		host, _, _ := strings.Cut(rest, "/")
		if origin := scheme + "://" + host; !slices.Contains(list, origin) {
			list = append(list, origin)
		}
	}
	return strings.Join(list, ",")
}

// ServeHTTP answers for all hosts.
func (w *web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	v, at := w.visits[w.at], w.at
	w.mu.Unlock()
	onwards := ";await sent();await left(" + fmt.Sprint(at) + ")"
	switch {
	case r.URL.Path == "/_seen":
		w.report(rw, r)
	case r.Host == statsHost && v.leads && strings.HasPrefix(r.URL.Path, "/privacy/"):
		writePage(rw, r.Host, visit{bare: true, do: onwards})
	case r.Host == statsHost:
		w.collect(rw, r)
	case !strings.HasSuffix(r.Host, ".example"), r.URL.Path == "/favicon.ico": // the browser itself asks for this and that
		http.NotFound(rw, r)
	case v.framed != "" && r.URL.Path == v.framed:
		writePage(rw, r.Host, visit{url: v.framed})
	default:
		if !v.leads {
			v.do += onwards
		}
		writePage(rw, r.Host, v)
	}
}

// writePage writes a page of a site.
func writePage(rw http.ResponseWriter, host string, v visit) {
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	rw.Header().Set("Cache-Control", "no-store")
	tracker := ""
	if !v.bare {
		tracker = `<script defer src="http://` + statsHost + "/js/" + host + `.js"></script>`
	}
	fmt.Fprintf(rw, "<!doctype html><html lang=en><title>A title</title><script>%s</script>%s%s<body>%s<div style=height:3000px></div>"+
		"<script>onload=async()=>{try{%s}catch(e){faults.push(''+e)}}</script>",
		pageScript, v.head, tracker, v.body, v.do)
}

// pageScript is on every page: it watches the cookie and the requests (sent waits until all are answered), and
// tells what is on the device before the page is left for the next one.
const pageScript = `const faults=[],set=[],real=Object.getOwnPropertyDescriptor(Document.prototype,'cookie');
window.sandprint=window.sandprint||function(){(sandprint.q=sandprint.q||[]).push(arguments)};
onerror=(e)=>{faults.push(''+e)};
Object.defineProperty(document,'cookie',{configurable:true,get:()=>real.get.call(document),set:(v)=>{set.push(v);real.set.call(document,v)}});
const pause=(ms)=>new Promise(r=>setTimeout(r,ms)),fetched=fetch;let open_=0;
window.fetch=async(...a)=>{open_++;try{return await fetched(...a)}finally{open_--}};
const sent=async()=>{for(let quiet=0;quiet<3;)await pause(10),quiet=open_?0:quiet+1};
const left=async(at)=>{const s={Cookie:document.cookie,Set:set,Local:Object.keys(localStorage),Session:Object.keys(sessionStorage),
Databases:(await indexedDB.databases()).map(d=>d.name),Caches:await caches.keys(),
Hosts:[...new Set(performance.getEntriesByType('resource').map(e=>new URL(e.name).host))],Faults:faults};
location.href=await(await fetched('/_seen?at='+at,{method:'POST',body:JSON.stringify(s)})).text()};`

// report takes what a page saw, and answers with the address of the next one.
func (w *web) report(rw http.ResponseWriter, r *http.Request) {
	var s seen
	err := json.NewDecoder(r.Body).Decode(&s)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil || r.URL.Query().Get("at") != fmt.Sprint(w.at) {
		http.Error(rw, "not now", http.StatusBadRequest)
		return
	}
	w.saw = append(w.saw, s)
	if w.at++; w.at == len(w.visits) {
		w.at--
		close(w.done)
		return
	}
	io.WriteString(rw, w.visits[w.at].url)
}

// collect writes a request to the collector down and passes it on.
func (w *web) collect(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.mu.Lock()
	w.asked++
	fmt.Fprintf(&w.wire, "%s %s\n", r.Method, r.RequestURI)
	r.Header.Write(&w.wire)
	fmt.Fprintf(&w.wire, "%s\n\n", body)
	if r.Method == http.MethodPost {
		var hits []sentHit
		json.Unmarshal(body, &hits)
		w.hits = append(w.hits, hits...)
	}
	w.mu.Unlock()
	out, err := http.NewRequest(r.Method, w.to.url+r.RequestURI, bytes.NewReader(body))
	if err != nil {
		http.Error(rw, "bad request", http.StatusBadGateway)
		return
	}
	out.Header = r.Header.Clone()
	resp, err := client.Do(out)
	if err != nil {
		http.Error(rw, "the collector is gone", http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	for name, values := range resp.Header {
		rw.Header()[name] = values
	}
	rw.WriteHeader(resp.StatusCode)
	io.Copy(rw, resp.Body)
}

// of returns the hits of pages whose address has a text in it.
func (w *web) of(part string) (hits []sentHit) {
	for _, h := range w.hits {
		if strings.Contains(h.URL, part) {
			hits = append(hits, h)
		}
	}
	return hits
}

// named returns the hits of a name.
func (w *web) named(name string) (hits []sentHit) {
	for _, h := range w.hits {
		if h.Name == name {
			hits = append(hits, h)
		}
	}
	return hits
}

// mustNotSend looks for needles in all that went over the wire to the collector.
func (w *web) mustNotSend(needles Needles, control string) {
	var h Haystack
	h.look("a request", w.wire.Bytes(), needles)
	w.t.searched("%.1f KB that went to the collector: addresses, headers and bodies of %d requests, for %d forms", float64(h.Bytes)/1e3, w.asked, len(needles))
	if !bytes.Contains(w.wire.Bytes(), []byte(control)) {
		w.t.wrong("the search did not even find “%s”, which is to be sent", control)
	}
	if len(h.Found) == 0 {
		w.t.found("none of them; and “%s”, which may be sent", control)
	}
	for _, found := range h.Found {
		w.t.wrong("sent: %s", found)
	}
}
