package views

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// ReportFile returns the address of the view as one file.
func (v View) ReportFile() string { return v.Under("/report.html").URL() }

// style is a page's own style element. Its text is ours.
func style(text string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "<style>"+text+"</style>")
		return err
	})
}
