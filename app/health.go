package app

import (
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

// healthCommand asks a running instance for /healthz: for containers, which have no other program to ask with.
func (sh *shell) healthCommand() *cobra.Command {
	c := &cobra.Command{Use: "health", Short: "Ask the instance on --listen whether it is up", Args: cobra.NoArgs,
		Long: "Ask the instance on --listen for /healthz: for containers and watchdogs, which have no other program to ask with. Prints ok; without an answer it fails.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			sh.ran = true
			host, port, err := net.SplitHostPort(sh.cfg.Listen)
			if err != nil {
				return usagef("--listen is an address with a port, not %q", sh.cfg.Listen)
			}
			if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
				host = "127.0.0.1"
			}
			req, err := http.NewRequestWithContext(cmd.Context(), http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
			if err != nil {
				return err
			}
			resp, err := (&http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{}}).Do(req) // never through a proxy
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				return fmt.Errorf("the instance answers %s", resp.Status)
			}
			return sh.print(false, nil, []string{"ok"})
		}}
	define(c.Flags(), &sh.cfg, "listen")
	return c
}
