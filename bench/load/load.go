// Package load drives POST /e as fast as it answers, and measures what that costs the server.
//
// The clients are plain connections that are kept open and reuse one request, so that most of the machine is left to
// the server: each waits for the answer to its hit before it sends the next. Nothing is the same HTTP server with nothing
// behind it, to compare with.
package load

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Options say what to send and for how long.
type Options struct {
	Addr    string        // host:port of the server
	Site    string        // domain of a site that the server knows
	Clients int           // connections, each with one hit under way; 0: 32
	For     time.Duration // how long to send
	Client  int           // number of the first client; runs with other numbers send other ids
	Acked   func(id ID)   // called for each hit that got a 202, by several goroutines at once; may be nil
}

// ID is the number of a page view: the client's and a running one. Its View is unique among all of them.
type ID struct{ Client, N uint32 }

// View returns the id as it goes over the wire: 16 digits.
func (id ID) View() string { return fmt.Sprintf("%06d%010d", id.Client, id.N) }

// Result is what came of a run. Lost is of the connections that broke; a server that is killed breaks them all.
type Result struct {
	Acked   int64 // answered with 202
	Refused int64 // answered with 429 or 503
	Lost    int64
	Took    time.Duration
}

// Rate returns acknowledged hits per second.
func (r Result) Rate() float64 { return float64(r.Acked) / r.Took.Seconds() }

// Run sends page views, each with an id and a visitor of its own number, until the time is over, ctx ends or the
// connections break. An answer other than 202, 429 and 503 is an error.
func Run(ctx context.Context, o Options) (Result, error) {
	if o.Clients == 0 {
		o.Clients = 32
	}
	ctx, cancel := context.WithTimeout(ctx, o.For)
	defer cancel()
	var (
		wg      sync.WaitGroup
		results = make([]Result, o.Clients)
		errs    = make([]error, o.Clients)
		began   = time.Now()
	)
	for i := range o.Clients {
		wg.Go(func() {
			c := &client{o: o, id: ID{Client: uint32(o.Client + i)}}
			errs[i] = c.run(ctx, &results[i])
		})
	}
	wg.Wait()
	total := Result{Took: time.Since(began)}
	for _, r := range results {
		total.Acked += r.Acked
		total.Refused += r.Refused
		total.Lost += r.Lost
	}
	return total, errors.Join(errs...)
}

// client is one connection and its request.
type client struct {
	o       Options
	id      ID
	request []byte // the whole request; its id and its visitor are overwritten in place
	view    []byte // within request
	visitor []byte // within request
	path    []byte // within request
}

func (c *client) run(ctx context.Context, r *Result) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.o.Addr)
	if err != nil {
		r.Lost++
		return nil // what was killed refuses connections
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Now().Add(2 * time.Second)) })
	defer stop()
	c.prepare()
	in := bufio.NewReader(conn)
	for ctx.Err() == nil {
		c.next()
		if _, err := conn.Write(c.request); err != nil {
			r.Lost++
			return nil
		}
		status, err := answer(in)
		if err != nil {
			r.Lost++
			return nil
		}
		switch status {
		case 202:
			r.Acked++
			if c.o.Acked != nil {
				c.o.Acked(c.id)
			}
		case 429, 503:
			r.Refused++
		default:
			return fmt.Errorf("a page view was answered with %d", status)
		}
	}
	return nil
}

// prepare makes the request, once.
func (c *client) prepare() {
	body := fmt.Sprintf(`{"s":"%[1]s","n":"pageview","i":"%[2]s","u":"https://%[1]s/page/000/","r":"https://www.google.com/",`+
		`"t":"A page of the benchmark","w":1440,"h":900,"l":"de","v":"%[2]s.%[3]d","k":"load"}`, c.o.Site, c.id.View(), time.Now().Unix()/86400)
	c.request = fmt.Appendf(nil, "POST /e HTTP/1.1\r\nHost: %s\r\nContent-Type: text/plain\r\nOrigin: https://%s\r\n"+
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0\r\nContent-Length: %d\r\n\r\n%s",
		c.o.Addr, c.o.Site, len(body), body)
	at := func(mark string, n int) []byte {
		i := bytes.Index(c.request, []byte(mark)) + len(mark)
		return c.request[i : i+n]
	}
	c.view, c.visitor, c.path = at(`"i":"`, 16), at(`"v":"`, 16), at("/page/", 3)
}

// next puts the next id into the request, one of 10,000 visitors for this client, and one of 500 pages.
func (c *client) next() {
	c.id.N++
	digits(c.view[6:], c.id.N)
	digits(c.visitor[6:], c.id.N%10_000)
	digits(c.path, c.id.N*7%500)
}

// digits writes n into b, right-aligned, with leading zeros.
func digits(b []byte, n uint32) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}

// answer reads one response and returns its status.
func answer(in *bufio.Reader) (status int, err error) {
	length := 0
	for n := 0; ; n++ {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if n == 0 {
			if len(line) < 12 {
				return 0, errors.New("no status line")
			}
			status = number(line[9:12])
		} else if key, value, _ := bytes.Cut(line, []byte(": ")); bytes.EqualFold(key, []byte("Content-Length")) {
			length = number(value)
		}
	}
	_, err = in.Discard(length)
	return status, err
}

func number(b []byte) (n int) {
	for _, c := range b {
		n = n*10 + int(c-'0')
	}
	return n
}
