package store

import (
	"regexp"
	"strings"
)

// Field is one column of a schema, with what the schema itself says of it.
type Field struct {
	Name  string `json:"column"` // of file, table and column: "site.hit.visitor", "control.user.email"
	Form  string `json:"form"`   // how it is stored: INTEGER, TEXT or BLOB
	About string `json:"about"`  // the comment beside it: what it is for, and its unit
}

// columnLine finds a column in a CREATE TABLE or an ALTER TABLE, and its comment.
var (
	tableLine  = regexp.MustCompile(`^CREATE TABLE (\w+)`)
	columnLine = regexp.MustCompile(`^(?:  |ALTER TABLE (\w+) ADD COLUMN )(\w+) +(INTEGER|TEXT|BLOB)\b.*? -- (.*)`)
)

// Fields returns every column of the control file and of sites' files, in the order in which the schemas' steps add them.
func Fields() (all []Field) {
	for _, file := range []struct {
		name  string
		steps []string
	}{{"control", controlSteps}, {"site", siteSteps}} {
		table := ""
		for line := range strings.Lines(strings.Join(file.steps, "\n")) {
			if t := tableLine.FindStringSubmatch(line); t != nil {
				table = t[1]
			}
			if c := columnLine.FindStringSubmatch(line); c != nil {
				if c[1] != "" {
					table = c[1]
				}
				all = append(all, Field{file.name + "." + table + "." + c[2], c[3], c[4]})
			}
		}
	}
	return all
}
