package transfer

import (
	"runtime/debug"
	"sync"
)

// often counts the imports that run, for collectOften.
var often struct {
	sync.Mutex
	imports, percent int
}

// collectOften has the garbage collector run when a quarter has been added to what is in use, rather than as much again, until
// done is called: an import keeps little of the much that it allocates, and a small machine has its memory for other things.
func collectOften() (done func()) {
	often.Lock()
	defer often.Unlock()
	if often.imports++; often.imports == 1 {
		often.percent = debug.SetGCPercent(25)
	}
	return func() {
		often.Lock()
		defer often.Unlock()
		if often.imports--; often.imports == 0 {
			debug.SetGCPercent(often.percent)
		}
	}
}
