package load

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Process is a running process on Linux, seen through /proc.
type Process int

// CPU returns the processor time that the process has used, to a hundredth of a second (clock ticks of USER_HZ, proc(5)).
func (p Process) CPU() (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", int(p)))
	if err != nil {
		return 0, err
	}
	// The name, in brackets, may hold spaces: fields are counted after it.
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	if err1 != nil || err2 != nil {
		return 0, fmt.Errorf("process %d: cannot read its times", int(p))
	}
	return time.Duration(user+system) * 10 * time.Millisecond, nil
}

// Memory returns the resident memory of the process now and at its peak, in bytes.
func (p Process) Memory() (now, peak int64, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", int(p)))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(b)) {
		key, value, _ := strings.Cut(line, ":")
		n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		switch key {
		case "VmRSS":
			now = n << 10
		case "VmHWM":
			peak = n << 10
		}
	}
	return now, peak, nil
}

// Written returns the bytes that the process has had written to disks, as far as Linux ascribes them to it (write_bytes
// of proc_pid_io(5)): whole pages of files, without the journal of the file system.
func (p Process) Written() (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", int(p)))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if key, value, _ := strings.Cut(line, ":"); key == "write_bytes" {
			return strconv.ParseInt(strings.TrimSpace(value), 10, 64)
		}
	}
	return 0, fmt.Errorf("process %d: cannot read what it has written", int(p))
}
