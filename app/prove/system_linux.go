package prove

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// inMemory returns how often needles are in the memory of a server; where it may not be read, that is noted and 0.
func (t *Trial) inMemory(s *server, needles Needles) (n int) {
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", s.process.Pid))
	if err == nil {
		n, err = countIn(fmt.Sprintf("/proc/%d/mem", s.process.Pid), string(maps), needles)
	}
	if err != nil {
		t.cantRun("the memory of the program: %v", err)
	}
	return n
}

// countIn counts needles in the parts of a process's memory that it may write to.
func countIn(mem, maps string, needles Needles) (n int, err error) {
	f, err := os.Open(mem)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	read := 0
	for line := range strings.Lines(maps) {
		fields := strings.Fields(line)
		from, to, _ := strings.Cut(fields[0], "-")
		begin, err1 := strconv.ParseUint(from, 16, 63)
		end, err2 := strconv.ParseUint(to, 16, 63)
		if err1 != nil || err2 != nil || !strings.HasPrefix(fields[1], "rw") {
			continue
		}
		const piece = 1 << 20 // with an overlap, so that nothing is cut in two
		for at := begin; at < end; at += piece {
			part := make([]byte, min(end-at, piece+64))
			got, _ := f.ReadAt(part, int64(at)) // what was never used can't be read
			read += got
			for _, needle := range needles {
				n += bytes.Count(part[:got], needle)
			}
		}
	}
	if read == 0 {
		return 0, fmt.Errorf("nothing of it could be read")
	}
	return n, nil
}

// listeners holds what a server listens on against its one address.
func (t *Trial) listeners(s *server) {
	mine := map[string]bool{} // inodes of its sockets
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", s.process.Pid))
	t.must(err)
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && strings.HasPrefix(to, "socket:[") {
			mine[strings.Trim(to[len("socket:"):], "[]")] = true
		}
	}
	var listening []string
	for _, kind := range []string{"tcp", "tcp6", "udp", "udp6", "raw", "raw6"} {
		f, err := os.Open(fmt.Sprintf("/proc/%d/net/%s", s.process.Pid, kind))
		if err != nil {
			continue // a kernel without it
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			fields := strings.Fields(lines.Text()) // number, local address, remote address, state, …; the inode is the tenth
			if len(fields) > 9 && mine[fields[9]] && (fields[3] == "0A" || !strings.HasPrefix(kind, "tcp")) {
				_, port, _ := strings.Cut(fields[1], ":")
				n, _ := strconv.ParseUint(port, 16, 16)
				listening = append(listening, fmt.Sprintf("%s port %d", kind, n))
			}
		}
		f.Close()
	}
	t.searched("/proc: the %d sockets of the program", len(mine))
	if want := "tcp port " + s.url[strings.LastIndexByte(s.url, ':')+1:]; len(listening) != 1 || listening[0] != want {
		t.wrong("it listens on %s, want %s alone", strings.Join(listening, ", "), want)
		return
	}
	t.found("one that listens, for HTTP: %s", listening[0])
}

// mustNotDump holds that the system writes no core file of a server.
func (t *Trial) mustNotDump(s *server) {
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", s.process.Pid))
	t.must(err)
	for line := range strings.Lines(string(limits)) {
		if rest, ok := strings.CutPrefix(line, "Max core file size"); ok && !strings.HasPrefix(strings.TrimSpace(rest), "0 ") {
			t.wrong("the system may write the memory to a core file: %s", strings.TrimSpace(rest))
		}
	}
}
