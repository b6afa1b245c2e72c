package prove

import "os/exec"

// startTogether starts a program that starts others.
func startTogether(c *exec.Cmd) error { return c.Start() }

// endTogether ends a program; what it started ends by itself.
func endTogether(c *exec.Cmd) { c.Process.Kill() }
