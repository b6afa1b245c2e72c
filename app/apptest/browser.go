package apptest

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/device"
)

// desktopAgent stands for a person's browser: what headless Chromium calls itself is counted as a bot, rightly.
const desktopAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"

// patience bounds every wait of a Page. It is long because test machines are slow; no wait takes it when all is well.
const patience = time.Minute

// browser is the one Chromium of a test binary, started at first use. It dies with the binary; CloseBrowser ends it earlier
// and removes its files.
var browser struct {
	sync.Mutex
	ctx    context.Context
	cancel context.CancelFunc
}

// chromium returns the path of the browser: SANDPRINT_CHROMIUM, or what PATH holds.
func chromium() (string, error) {
	if path := os.Getenv("SANDPRINT_CHROMIUM"); path != "" {
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no Chromium found: `make test` installs it (Debian: apt-get install chromium), or name one in SANDPRINT_CHROMIUM")
}

// shared returns the context of the browser.
func shared() (context.Context, error) {
	browser.Lock()
	defer browser.Unlock()
	if browser.ctx != nil {
		return browser.ctx, nil
	}
	path, err := chromium()
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.UserAgent(desktopAgent), chromedp.WindowSize(1280, 900),
		chromedp.Flag("enable-automation", false), chromedp.Flag("disable-blink-features", "AutomationControlled"),
		chromedp.Flag("allow-pre-commit-input", true)) // else a click before a page's first frame is lost, now and then
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(alloc)
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		stop()
		return nil, fmt.Errorf("starting %s: %w", path, err)
	}
	browser.ctx, browser.cancel = ctx, func() { cancel(); stop() }
	return ctx, nil
}

// CloseBrowser ends the browser, if one was started. A TestMain calls it after the tests.
func CloseBrowser() {
	browser.Lock()
	defer browser.Unlock()
	if browser.cancel != nil {
		browser.cancel()
		browser.ctx, browser.cancel = nil, nil
	}
}

// Page is a tab of its own, with no cookie or storage of any other test's. Its methods fail the test when the browser
// cannot do what they say.
type Page struct {
	Context context.Context // for what this type has no method for: chromedp.Do(p.Context, …)
	t       testing.TB
	mu      sync.Mutex
	said    []chromedp.ConsoleMessage
}

// NewPage opens an empty tab in a new private context, with the focus, and closes it when the test ends.
func NewPage(t testing.TB) *Page {
	t.Helper()
	parent, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return newPage(t, parent, chromedp.WithNewBrowserContext())
}

// Sibling opens another tab with this one's cookies and storage.
func (p *Page) Sibling() *Page {
	p.t.Helper()
	return newPage(p.t, p.Context)
}

func newPage(t testing.TB, parent context.Context, options ...chromedp.ContextOption) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent, options...)
	t.Cleanup(cancel)
	p := &Page{Context: ctx, t: t}
	messages := chromedp.Console(ctx)
	go func() { // ends with ctx
		for m, err := range messages {
			if err != nil {
				return
			}
			p.mu.Lock()
			p.said = append(p.said, m)
			p.mu.Unlock()
		}
	}()
	p.Focus(true)
	return p
}

// Do runs actions, bounded in time.
func (p *Page) Do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.Context, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatal("browser: ", err)
	}
}

// command sends one command of the protocol.
func command[P, R any](p *Page, cmd cdp.Command[P, R], params P) {
	p.t.Helper()
	p.Do(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, cmd, params)
		return chromedp.Void{}, err
	})
}

// Open goes to an address and waits for its load event.
func (p *Page) Open(url string) { p.t.Helper(); p.Do(chromedp.Navigate(url)) }

// Back goes back one entry of the history.
func (p *Page) Back() { p.t.Helper(); p.Do(chromedp.NavigateBack()) }

// Wait waits until a JavaScript expression is true, on this page or one that takes its place meanwhile. It asks from here
// again and again: a page without scripts has no timers either that could ask there.
func (p *Page) Wait(expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.Context, patience)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		once, stop := context.WithTimeout(ctx, patience/12) // a page that goes away may take its answer with it
		yes, err := chromedp.Run(once, chromedp.Evaluate[bool]("!!("+expression+")"))
		stop()
		if yes {
			return
		}
		// A page that is just being left answers with an error of its context, one that isn't there yet has no elements.
		select {
		case <-ctx.Done():
			p.t.Fatalf("waiting in the page for %s: %v", expression, cmp.Or(err, ctx.Err()))
		case <-again.C:
		}
	}
}

// Click clicks the first element of a CSS selector, as a person does: with the mouse, once the page has come whole. What
// still comes would move the element between looking where it is and pressing there.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.whole()
	p.Do(chromedp.Click(chromedp.CSS(selector)))
}

// whole waits for the load event of the page that is there.
func (p *Page) whole() { p.t.Helper(); p.Wait(`document.readyState === "complete"`) }

// Type types text into the first element of a CSS selector.
func (p *Page) Type(selector, text string) {
	p.t.Helper()
	p.Do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Press presses keys one after another, as on a keyboard: letters as themselves, others by their names in kb. Like Click it
// waits for all of the page, with the scripts that listen.
func (p *Page) Press(keys string) { p.t.Helper(); p.whole(); p.Do(chromedp.KeyEvent(keys)) }

// Eval returns the value of a JavaScript expression; a promise is awaited.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.Context, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("in the page: %s: %v", expression, err)
	}
	return value
}

// Run runs JavaScript for what it does, once all of the page has come, as Click does.
func (p *Page) Run(script string) {
	p.t.Helper()
	p.whole()
	Eval[bool](p, "(async()=>{"+script+"})().then(()=>true)")
}

// Focus gives the page the focus, or leaves it without.
func (p *Page) Focus(on bool) {
	p.t.Helper()
	command(p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: on})
}

// Viewport sets the size of the window's content in CSS pixels.
func (p *Page) Viewport(width, height int64) {
	p.t.Helper()
	p.Do(chromedp.EmulateViewport(width, height))
}

// Phone makes the page a phone's.
func (p *Page) Phone() { p.t.Helper(); p.Do(chromedp.Emulate(device.IPhone13)) }

// Dark sets the colour scheme that the visitor prefers. Nothing moves in either: transitions would blur what is looked at.
func (p *Page) Dark(on bool) {
	p.t.Helper()
	scheme := "light"
	if on {
		scheme = "dark"
	}
	command(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
}

// Print makes the page look as it does on paper.
func (p *Page) Print() {
	p.t.Helper()
	command(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
}

// NoScript switches JavaScript off for the pages opened from now on.
func (p *Page) NoScript() {
	p.t.Helper()
	command(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// Screenshot writes the whole page to a PNG file.
func (p *Page) Screenshot(file string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.Context, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(file, png, 0o644)
	}
	if err != nil {
		p.t.Fatal("screenshot: ", err)
	}
}

// Errors returns what went wrong in the page so far: exceptions, rejected promises, console.error, blocked by policy. A
// failed request alone is none.
func (p *Page) Errors() []string {
	return p.heard(func(m chromedp.ConsoleMessage) bool { return m.IsException() || m.Type == "error" })
}

// Messages returns all that was said on the console so far, by the page or the browser, but for failed requests.
func (p *Page) Messages() []string {
	return p.heard(func(chromedp.ConsoleMessage) bool { return true })
}

// heard returns the messages of a kind. The browser itself notes each failed request under "network": that is not the
// page's fault.
func (p *Page) heard(kind func(chromedp.ConsoleMessage) bool) (list []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.said {
		if m.Source != "network" && kind(m) {
			list = append(list, m.String())
		}
	}
	return list
}
