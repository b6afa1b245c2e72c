package views

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// icons are the product's own line icons: paths on a grid of 20, drawn with a stroke of 1.5 and round ends.
var icons = map[string]string{
	"more":    "M4 6h12M4 10h12M4 14h12",
	"filter":  "M3 5h14M6 10h8M8.5 15h3",
	"left":    "M12 5l-5 5 5 5",
	"right":   "M8 5l5 5-5 5",
	"close":   "M5.5 5.500l9 9M14.5 5.500l-9 9",
	"check":   "M4.5 10.500l3.5 3.5 7.5-8",
	"compare": "M3 14l4-5 3.5 3L17 5M3 17h14",
	"export":  "M10 3v9M6.5 8.500L10 12l3.5-3.500M4 16h12",
	"warn":    "M10 3.500l7 12.500H3zM10 8.500v3.500M10 14.200v.1",
	"info":    "M10 2.800a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.400zM10 9.200v4.500M10 6.300v.1",
	"plus":    "M10 4v12M4 10h12",
	"edit":    "M4 16l1-4 8.500-8.500 3 3L8 15zM11.500 5.500l3 3",
	"pin":     "M7 3.500h6M8 3.500v5l-2.500 3.500h9L12 8.500v-5M10 12v5",
	"copy":    "M7.5 7.500h8.500v8.500H7.500zM4 12.500V4h8.5",
}

// icon draws one of icons in the colour of the text around it. It is decoration: the text says what it means.
func icon(name string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<svg class="icon" width="20" height="20" viewBox="0 0 20 20" aria-hidden="true"><path d="`+icons[name]+`"/></svg>`)
		return err
	})
}

// Icon draws one of the product's line icons by name, for pages beside the dashboard: more, filter, left, right, close,
// check, compare, export, warn, info, plus, copy, edit, pin.
func Icon(name string) templ.Component { return icon(name) }
