package problem

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// Panic returns what the log may say of a panic, called while it is recovered: the type of its value and the function and line that
// panicked. The value itself may hold anything of a request, and a stack the values of arguments.
func Panic(v any) error { return fmt.Errorf("panic: %T at %s", v, panicPlace()) }

// panicPlace returns the function and line that panicked.
func panicPlace() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	panicked := false
	for {
		f, more := frames.Next()
		switch inRuntime := strings.HasPrefix(f.Function, "runtime."); {
		case f.Function == "runtime.gopanic":
			panicked = true
		case panicked && !inRuntime:
			return fmt.Sprintf("%s (%s:%d)", f.Function, filepath.Base(f.File), f.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}
