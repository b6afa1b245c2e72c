package crash

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"sandprint/bench/load"
)

// timeless is the time of a hit that says none.
var timeless time.Time

const agent = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"

// program builds the program once for a test and prepares nothing else.
func program(t *testing.T) string {
	t.Helper()
	p, err := load.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// commands returns what runs a command line on a data directory and fails the test when it fails.
func commands(t *testing.T, program, data string) func(args ...string) string {
	return func(args ...string) string {
		t.Helper()
		out, err := load.Command(t.Context(), strings.NewReader("a long enough pass phrase\n"), program, append(args, "--data", data)...)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// hit is a page view whose path is its own, so that it is known again when its day is sealed and its id is gone.
type hit struct {
	site string
	n    int
}

func (h hit) path() string { return fmt.Sprintf("/hit/%d", h.n) }

// visitor returns who makes a hit: up to three page views each, all with a time or all without, so that nobody's visits are both
// today and yesterday.
func (h hit) visitor(at time.Time) string {
	if at.IsZero() {
		return fmt.Sprintf("%016d", h.n/3)
	}
	return fmt.Sprintf("y%015d", h.n/3)
}

// body returns the hit as it goes over the wire. With a time it is a server's, and a page view of that time.
func (h hit) body(at time.Time) string {
	b := fmt.Sprintf(`{"s":"%[1]s","n":"pageview","i":"view%08[2]d","u":"https://%[1]s%[3]s","t":"A page","w":1440,"h":900,"l":"de","v":"%[4]s.%[5]d"`,
		h.site, h.n, h.path(), h.visitor(at), time.Now().Unix()/86400-2)
	if !at.IsZero() {
		b += fmt.Sprintf(`,"ts":%q,"ua":%q`, at.UTC().Format(time.RFC3339), agent)
	}
	return b + "}"
}

// client is one connection that is kept open, with one request under way.
type client struct {
	conn  net.Conn
	in    *bufio.Reader
	token string
	sent  []fact // what each request asked for, in order

	closing bool // the server has said that it closes the connection
}

func dial(addr, token string) (*client, error) {
	conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		return nil, err
	}
	return &client{conn: conn, in: bufio.NewReader(conn), token: token}, nil
}

// ends returns the two ends of the connection as strace names them.
func (c *client) ends() string {
	return fmt.Sprintf("TCP:[%s->%s]", c.conn.RemoteAddr(), c.conn.LocalAddr())
}

// errUnanswered is of a request that was sent and got no answer, or half of one.
var errUnanswered = errors.New("a request got no answer")

// ask sends a request for what makes a fact true once it is answered with success, and returns the answer's status.
func (c *client) ask(f fact, method, path, body string) (status int, retry string, err error) {
	c.sent = append(c.sent, f)
	c.conn.SetDeadline(time.Now().Add(30 * time.Second))
	token := ""
	if c.token != "" {
		token = "Authorization: Bearer " + c.token + "\r\n"
	}
	if _, err := fmt.Fprintf(c.conn, "%s %s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s",
		method, path, agent, token, len(body), body); err != nil {
		return 0, "", fmt.Errorf("%w: %w", errUnanswered, err)
	}
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0, "", fmt.Errorf("%w: %w", errUnanswered, err)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	c.closing = resp.Close
	return resp.StatusCode, resp.Header.Get("Retry-After"), err
}

// mark lets the record say that something was done: its answer stands in it after all that was done before.
func (c *client) mark(f fact) error {
	status, _, err := c.ask(f, "GET", "/healthz", "")
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("healthz answers %d", status)
	}
	return err
}
