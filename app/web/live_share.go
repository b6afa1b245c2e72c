package web

import (
	"net/http"
	"sync"
	"time"

	"sandprint/app/problem"
	"sandprint/app/report"
)

// Bounds of the live streams.
const (
	maxStreams   = 500 // at once; each holds a goroutine and a connection
	personsShare = 50  // of them, for one person
)

var (
	errStreams = problem.New(http.StatusServiceUnavailable, "too_many_streams", "Too many pages are watching live figures.").
			WithHint("Close some of them, or reload this one later.")
	errOwnStreams = problem.New(http.StatusServiceUnavailable, "too_many_streams", "You have too many pages open that watch live figures.").
			WithHint("Close some of them.")
)

// seats are those who watch, by the number of the person.
type seats struct {
	sync.Mutex
	by map[int64]int
}

// take takes a seat for a person; leave gives it back.
func (s *Server) takeSeat(person int64) (leave func(), err error) {
	s.seats.Lock()
	defer s.seats.Unlock()
	if s.seats.by[person] >= personsShare {
		return nil, errOwnStreams
	}
	select {
	case s.streams <- struct{}{}:
	default:
		return nil, errStreams
	}
	s.seats.by[person]++
	return func() {
		<-s.streams
		s.seats.Lock()
		defer s.seats.Unlock()
		if s.seats.by[person]--; s.seats.by[person] == 0 {
			delete(s.seats.by, person)
		}
	}, nil
}

// shared are the answers that streams are sent, by what they ask: who watches the same shares one computation.
type shared struct {
	sync.Mutex
	by map[string]*sharedAnswer
}

// sharedAnswer is what all streams that ask the same were last told.
type sharedAnswer struct {
	users   int // streams
	mu      sync.Mutex
	asked   time.Time // before it was computed
	answers []report.Answer
}

// join returns the answer that streams with this key share; leave is called when the stream ends.
func (s *shared) join(key string) (a *sharedAnswer, leave func()) {
	s.Lock()
	defer s.Unlock()
	if a = s.by[key]; a == nil {
		a = &sharedAnswer{}
		s.by[key] = a
	}
	a.users++
	return a, func() {
		s.Lock()
		defer s.Unlock()
		if a.users--; a.users == 0 {
			delete(s.by, key)
		}
	}
}

// get returns the answers, computed anew by ask where those that there are were asked for longer than liveEvery ago. They
// are as of the moment asked; whoever waits for what happened later asks again.
func (a *sharedAnswer) get(ask func() ([]report.Answer, error)) (answers []report.Answer, asked time.Time, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now := time.Now(); a.answers == nil || now.Sub(a.asked) >= liveEvery {
		answers, err := ask()
		if err != nil {
			return nil, now, err
		}
		a.asked, a.answers = now, answers
	}
	return a.answers, a.asked, nil
}
