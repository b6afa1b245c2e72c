package privacy

import (
	"regexp"
	"slices"
	"strings"
)

// Block is a piece of a text: a heading, a paragraph, a list or a table. Texts are written in a part of Markdown that has nothing else:
//
//	# Heading (of levels 1 to 3)
//
//	A paragraph, with `code`, addresses such as https://example.com, and [what is missing].
//
//	- an item of a list, on one line
//
//	| column | column |
//	|---|---|
//	| cell | cell |
type Block struct {
	Level int        // of a heading, 1 to 3; 0: none
	Text  []Span     // of a heading or a paragraph
	Items [][]Span   // of a list
	Rows  [][][]Span // of a table; the first are its heads
}

// Span is a piece of a line that looks like one.
type Span struct {
	Text string
	Code bool
	Link bool // Text is its address
	Open bool // what is missing, for somebody to fill in: it is in brackets
}

// span finds what is not plain text.
var span = regexp.MustCompile("`[^`]+`|\\[[^\\]]+\\]|https?://[^\\s|<>\"`]*[^\\s|<>\"`.,;:!?)]")

func spans(line string) (list []Span) {
	last := 0
	add := func(s Span) {
		if s.Text != "" {
			s.Text = strings.ReplaceAll(s.Text, `\|`, "|")
			list = append(list, s)
		}
	}
	for _, at := range span.FindAllStringIndex(line, -1) {
		add(Span{Text: line[last:at[0]]})
		switch text := line[at[0]:at[1]]; text[0] {
		case '`':
			add(Span{Text: strings.Trim(text, "`"), Code: true})
		case '[':
			add(Span{Text: text, Open: true})
		default:
			add(Span{Text: text, Link: true})
		}
		last = at[1]
	}
	add(Span{Text: line[last:]})
	return list
}

// Blocks reads a text. What it doesn't know is a paragraph, so every text is one.
func Blocks(text string) (blocks []Block) {
	for _, piece := range Paragraphs(text) {
		lines := strings.Split(piece, "\n")
		all := func(prefix string) bool {
			return !slices.ContainsFunc(lines, func(l string) bool { return !strings.HasPrefix(l, prefix) })
		}
		level := len(piece) - len(strings.TrimLeft(piece, "#"))
		switch {
		case len(lines) == 1 && 1 <= level && level <= 3 && strings.HasPrefix(piece[level:], " "):
			blocks = append(blocks, Block{Level: level, Text: spans(strings.TrimSpace(piece[level:]))})
		case all("- "):
			b := Block{}
			for _, line := range lines {
				b.Items = append(b.Items, spans(line[2:]))
			}
			blocks = append(blocks, b)
		case all("|") && len(lines) > 2:
			blocks = append(blocks, Block{Rows: rows(append(lines[:1:1], lines[2:]...))})
		default:
			blocks = append(blocks, Block{Text: spans(strings.Join(lines, " "))})
		}
	}
	return blocks
}

// cell finds the ends of a table's cells.
var cell = regexp.MustCompile(`(?:[^|\\]|\\.)*\|`)

func rows(lines []string) (rows [][][]Span) {
	for _, line := range lines {
		var row [][]Span
		for _, c := range cell.FindAllString(strings.TrimPrefix(line, "|"), -1) {
			row = append(row, spans(strings.TrimSpace(strings.TrimSuffix(c, "|"))))
		}
		rows = append(rows, row)
	}
	return rows
}

// Paragraphs returns the pieces of a text that blank lines separate, without blanks at the ends of their lines.
func Paragraphs(text string) (list []string) {
	var piece []string
	end := func() {
		if len(piece) > 0 {
			list = append(list, strings.Join(piece, "\n"))
		}
		piece = nil
	}
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		if line = strings.TrimSpace(line); line == "" {
			end()
			continue
		}
		if strings.HasPrefix(line, "#") {
			end()
		}
		piece = append(piece, line)
		if strings.HasPrefix(line, "#") {
			end()
		}
	}
	end()
	return list
}
