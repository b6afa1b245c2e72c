package views

import "strings"

// joinLines returns the text of a field of one item a line.
func joinLines(list []string) string { return strings.Join(list, "\n") }
