package visit

import (
	"sync"

	"sandprint/app/keytable"
)

// Type says whether a visit is a browser's first. The numbers are those of store.VisitorType.
type Type uint8

// The types of visit. Unknown is for visits counted without a cookie.
const (
	Unknown   Type = 0
	New       Type = 1
	Returning Type = 2
)

// Visit is the visit that a hit belongs to.
type Visit struct {
	Number int64 // rising within a site; below 1<<61
	Start  int64 // seconds since 1970, before 2106
	Type   Type
}

// NoCookie stands for the day of birth of a visitor without a cookie.
const NoCookie int64 = -1

// idle is how many seconds after its last hit or engagement a visit ends; one that comes in the last of them continues it.
const idle = 30 * 60

// maxVisits bounds the visits that go on at one site, and maxFirst the new visitors of a day that are remembered.
const (
	maxVisits = 1 << 20
	maxFirst  = 1 << 20
)

// live is a visit that goes on, in 16 bytes: there may be a million.
type live struct {
	numberAndType int64  // the number << 2 | the type
	start, last   uint32 // the visit's start and its last hit or engagement, seconds since 1970 (until 2106)
}

func newLive(v Visit, last int64) live {
	return live{v.Number<<2 | int64(v.Type), uint32(v.Start), uint32(last)}
}

func (l live) visit() Visit {
	return Visit{Number: l.numberAndType >> 2, Start: int64(l.start), Type: Type(l.numberAndType & 3)}
}

// goesOn reports whether the visit has not ended at now.
func (l live) goesOn(now int64) bool { return now-int64(l.last) <= idle }

// has reports whether a hit at now belongs to the visit: also one that was overtaken, on the day that the visit is kept under.
func (l live) has(now int64) bool {
	return l.goesOn(now) && now >= int64(l.start)-idle && now/daySeconds >= int64(l.start)/daySeconds
}

// touched returns the visit with a hit or engagement at now.
func (l live) touched(now int64) live {
	l.last = max(l.last, uint32(now))
	return l
}

// Table holds the visits of one site that go on: all that is kept in memory of visitors, by their keyed numbers. It is bounded:
// visits that ended are forgotten, and in a flood of visitors some that go on are too, which then begin anew. The zero value is
// empty and ready. Its methods may be called by several goroutines at once.
type Table struct {
	mu     sync.Mutex
	visits keytable.Table[live]
	begun  int                      // visits since the last sweep
	kept   int                      // visits that it kept
	swept  int64                    // when it was, seconds since 1970
	first  keytable.Table[struct{}] // visitors that were new on day
	day    int64                    // days since 1970
	newest int64                    // time of the newest hit, seconds since 1970
	past   map[uint64]live          // visits of hits that servers send late, beside those that go on now
}

// What is kept of visits that are past: no more than maxPast, and none whose hits would be older than servers may send.
const (
	maxPast   = 1 << 16
	maxBehind = 48 * 3600
)

// Assign returns the visit that a hit at now (seconds since 1970) of a visitor belongs to, and whether it begins with it. Born is
// the day on which the visitor's cookie was made (days since 1970), or NoCookie; next gives the number of a visit that
// begins. A visit is New when the cookie was made on the UTC day on which it begins and the visitor had none before on it.
func (t *Table) Assign(now int64, visitor uint64, born int64, next func() int64) (v Visit, opened bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.newest = max(t.newest, now)
	if v, ok := t.touch(now, visitor); ok {
		return v, false
	}
	v = Visit{Number: next(), Start: now, Type: t.typeOf(now/daySeconds, visitor, born)}
	if l, ok := t.visits.Get(visitor); ok && now < int64(l.start) || now < t.newest-idle {
		t.keepPast(visitor, newLive(v, now))
	} else {
		t.keep(now, visitor, newLive(v, now))
	}
	return v, true
}

// Consent gives the visit of a visitor without a cookie that goes on at now (seconds since 1970) to the visitor of the cookie that was
// just made on the day born, whose further hits then belong to it. It does nothing when there is no such visit, or when the cookie's visitor has
// one.
func (t *Table) Consent(now int64, without, visitor uint64, born int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l, ok := t.visits.Get(without)
	if old, has := t.visits.Get(visitor); !ok || !l.has(now) || has && old.has(now) {
		return
	}
	v := l.visit()
	if v.Type != Unknown { // it was given away already
		return
	}
	v.Type = t.typeOf(now/daySeconds, visitor, born)
	t.visits.Put(without, live{}) // over: the next hit of whoever has no cookie there begins another
	t.keep(now, visitor, newLive(v, now))
}

// Touch notes an engagement at now of a visitor. It extends the visit that goes on and returns it; ok is false when there is none:
// an engagement never begins one.
func (t *Table) Touch(now int64, visitor uint64) (v Visit, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.touch(now, visitor)
}

// touch extends the visit that a hit or engagement at now belongs to, if there is one. t.mu is held.
func (t *Table) touch(now int64, visitor uint64) (v Visit, ok bool) {
	if l, ok := t.visits.Get(visitor); ok && l.has(now) {
		t.visits.Put(visitor, l.touched(now))
		return l.visit(), true
	}
	if l, ok := t.past[visitor]; ok && l.has(now) {
		t.past[visitor] = l.touched(now)
		return l.visit(), true
	}
	return Visit{}, false
}

// keepPast remembers a visit beside the one that goes on. t.mu is held.
func (t *Table) keepPast(visitor uint64, l live) {
	if t.past == nil || len(t.past) >= maxPast {
		t.past = map[uint64]live{}
	}
	t.past[visitor] = l
}

// Restore puts back a visit that was on disk, with the time of its last hit or engagement. Of several of one visitor the latest
// counts.
func (t *Table) Restore(visitor uint64, v Visit, last int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if v.Type == New {
		t.typeOf(v.Start/daySeconds, visitor, v.Start/daySeconds)
	}
	if old, ok := t.visits.Get(visitor); !ok || int64(old.last) < last {
		t.keep(last, visitor, newLive(v, last))
	}
}

// typeOf returns the type of a visit that begins on a day, and remembers the visitor if it is new. t.mu is held.
func (t *Table) typeOf(day int64, visitor uint64, born int64) Type {
	switch {
	case born == NoCookie:
		return Unknown
	case born != day:
		return Returning
	}
	if day > t.day || t.first.Len() >= maxFirst {
		t.day, t.first = day, keytable.Table[struct{}]{}
	}
	if _, known := t.first.Get(visitor); known {
		return Returning
	}
	if day == t.day {
		t.first.Put(visitor, struct{}{})
	}
	return New
}

// keep remembers a visit, and now and then forgets those that ended: after as many as the last time were kept, so that it costs
// the same on average however many there are. t.mu is held.
func (t *Table) keep(now int64, visitor uint64, l live) {
	if t.begun++; t.begun > t.kept && now-t.swept >= 60 || t.visits.Len() >= maxVisits {
		t.sweep(now)
	}
	t.visits.Put(visitor, l)
}

// sweep forgets the visits that ended before now, and one in eight of the others if there are too many. t.mu is held.
func (t *Table) sweep(now int64) {
	n := 0
	t.visits.Each(func(_ uint64, l live) {
		if l.goesOn(now) {
			n++
		}
	})
	spare := n - maxVisits*7/8
	var kept keytable.Table[live]
	t.visits.Each(func(visitor uint64, l live) {
		if !l.goesOn(now) {
			return
		}
		if spare--; spare < 0 {
			kept.Put(visitor, l)
		}
	})
	for visitor, l := range t.past {
		if !l.goesOn(now - maxBehind) {
			delete(t.past, visitor)
		}
	}
	t.visits, t.kept, t.begun, t.swept = kept, kept.Len(), 0, now
}
