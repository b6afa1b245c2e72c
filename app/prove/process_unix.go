//go:build !windows

package prove

import (
	"os/exec"
	"syscall"
)

// startTogether starts a program that starts others, so that endTogether ends all of them.
func startTogether(c *exec.Cmd) error {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return c.Start()
}

// endTogether ends a program and what it started.
func endTogether(c *exec.Cmd) { syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
