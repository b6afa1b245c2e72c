package load

import (
	"net"
	"os"
	"sync"
	"testing"
	"time"
)

// Every page view that the driver counts was answered, and has an id of its own.
func TestRun(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go Nothing(l)
	var mu sync.Mutex
	ids := map[string]bool{}
	r, err := Run(t.Context(), Options{Addr: l.Addr().String(), Site: "bench.example", Clients: 4, For: 100 * time.Millisecond,
		Acked: func(id ID) { mu.Lock(); ids[id.View()] = true; mu.Unlock() }})
	if err != nil {
		t.Fatal(err)
	}
	if r.Acked == 0 || int64(len(ids)) != r.Acked || r.Lost+r.Refused != 0 {
		t.Errorf("%+v with %d ids, want as many ids as acknowledged hits and none lost", r, len(ids))
	}
	if cpu, err := Process(os.Getpid()).CPU(); err != nil || cpu < 0 {
		t.Errorf("CPU: %v, %v", cpu, err)
	}
	if now, peak, err := Process(os.Getpid()).Memory(); err != nil || now <= 0 || peak < now {
		t.Errorf("memory: %d, %d, %v", now, peak, err)
	}
}
