package views

import (
	"slices"
	"strconv"
	"time"

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
	return d.View.at("/annotations/" + strconv.FormatInt(note.ID, 10))
}

// removeAction returns the address that removes an annotation.
func (d Dashboard) removeAction(note *Annotation) string {
	return d.View.at("/annotations/" + strconv.FormatInt(note.ID, 10) + "/remove")
}

// noteFields returns what the form of an annotation begins with: text, day, and the time of day if that matters. A new one is of
// the last day shown.
func (d Dashboard) noteFields(note *Annotation) (text, day, clock string) {
	if note == nil {
		return "", d.ownDates().toValue, ""
	}
	at := note.At.In(d.zoneOf())
	switch {
	case at.Second() != 0:
		clock = at.Format(time.TimeOnly)
	case at.Hour() != 0 || at.Minute() != 0:
		clock = at.Format("15:04")
	}
	return note.Text, at.Format(time.DateOnly), clock
}
