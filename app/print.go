package app

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// say writes a line of talk, to stderr.
func (sh *shell) say(format string, args ...any) { fmt.Fprintf(sh.err, format+"\n", args...) }

// count writes a number of things.
func count[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// print writes a result: value as JSON, or rows as a table.
func (sh *shell) print(asJSON bool, value any, rows ...[]string) error {
	if asJSON {
		e := json.NewEncoder(sh.out)
		e.SetIndent("", "  ")
		return e.Encode(value)
	}
	_, err := fmt.Fprint(sh.out, table(rows, nil, sh.width))
	return err
}

// table writes rows in columns, two spaces apart. Those in right are set to the right. Where width (0: none) doesn't
// suffice, the first column is cut. Control characters, which could steer a terminal, are left out.
func table(rows [][]string, right []bool, width int) string {
	widths := []int{}
	clean := make([][]string, len(rows))
	for y, row := range rows {
		for x, cell := range row {
			cell = strings.Map(func(r rune) rune {
				if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
					return -1
				}
				return r
			}, cell)
			clean[y] = append(clean[y], cell)
			if x == len(widths) {
				widths = append(widths, 0)
			}
			widths[x] = max(widths[x], utf8.RuneCountInString(cell))
		}
	}
	if width > 0 && len(widths) > 0 {
		total := -2
		for _, w := range widths {
			total += w + 2
		}
		if total > width {
			widths[0] = max(widths[0]-(total-width), 12)
		}
	}
	var b strings.Builder
	for _, row := range clean {
		line := ""
		for x, cell := range row {
			if runes := []rune(cell); len(runes) > widths[x] {
				cell = string(runes[:widths[x]-1]) + "…"
			}
			pad := strings.Repeat(" ", widths[x]-utf8.RuneCountInString(cell))
			if x < len(right) && right[x] {
				line += pad + cell + "  "
			} else {
				line += cell + pad + "  "
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}
