//go:build !linux

package prove

// inMemory can't look into the memory of a server here.
func (t *Trial) inMemory(*server, Needles) int {
	t.cantRun("the memory of the program: it is read on Linux only")
	return 0
}

// listeners can't list the sockets of a server here.
func (t *Trial) listeners(*server) {
	t.cantRun("what the program listens on: it is read from /proc, which this system does not have")
}

// mustNotDump can't read the limits of a process here.
func (t *Trial) mustNotDump(*server) { t.cantRun("whether the system may write core files") }
