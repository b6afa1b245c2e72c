package views

import (
	"slices"
	"strconv"

	"sandprint/app/account"
)

// Annotation is a note at a moment of a site's chart.
type Annotation = account.Annotation

// newest returns the annotations of the page, the newest first.
func (d Dashboard) newest() []Annotation {
	list := slices.Clone(d.Notes)
	slices.Reverse(list)
	return list
}

// notesLabel says how many annotations there are.
func (d Dashboard) notesLabel() string {
	switch len(d.Notes) {
	case 0:
		return d.words().T("Annotate")
	case 1:
		return d.words().T("1 annotation")
	}
	return d.words().F("%s annotations", d.words().Exact(float64(len(d.Notes))))
}

// noteAction returns the address that takes a form about annotations and leads back to this view.
func (d Dashboard) noteAction(note *Annotation) string {
	if note == nil {
		return d.View.at("/annotations")
	}
	return d.View.at("/annotations/" + strconv.FormatInt(note.ID, 10) + "/remove")
}
