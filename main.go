// Sandprint counts the visits of websites and keeps no one's address: a tracker, a store and a dashboard in one binary.
//
//	sandprint [serve]        answer visitors and owners (http://127.0.0.1:8080, data in ./sandprint-data)
//	sandprint demo           the same with a year of made-up visits, gone on exit
//	sandprint user …         add, list, remove people; make a link for a new password
//	sandprint site …         add, list, remove sites
//	sandprint token …        add, list, revoke tokens for programs
//	sandprint stats DOMAIN   figures in the terminal
//	sandprint import …       take in hits from a file
//	sandprint maintain       the nightly round, now
//	sandprint doctor         what is wrong with this installation and how to mend it
//	sandprint version | completion | help
//
// One process owns a data directory. While serve runs, every other command runs inside it, over a socket in that
// directory, so all of them work on a live instance. Each flag is an environment variable too: --log-file is
// SANDPRINT_LOG_FILE. Results go to stdout, talk to stderr. Exit codes: 0 done; 1 failed; 2 unknown command or flag; 3 the
// directory is owned by another process; 4 the directory was written by a newer version.
//
// The code is in app/; docs/architecture.md walks through it.
package main

import (
	"os"

	"sandprint/app"
)

func main() { os.Exit(app.Main(os.Args[1:], assets)) }
