// Package problem holds the errors that a person may read.
//
// An Error carries an HTTP status, a code for programs, a sentence that says what happened to what, and a hint that
// says what to do next. Everything that is not an Error becomes, at the door, a neutral sentence with a reference
// that the service log carries too (see Of): no text of an unknown error ever reaches a browser.
package problem

import (
	"crypto/rand"
	"errors"
	"net/http"
)

// Error is a mistake or a refusal that a person may read.
type Error struct {
	Status  int    // HTTP status, 400–599
	Code    string // for programs: lower case with underscores, e.g. "bad_filter"
	Message string // a sentence for a person: what happened, to what
	Hint    string // what to do next; may be empty
	Field   string // the parameter or field that is meant; may be empty
	Ref     string // reference that the log carries too; only on unknown errors
	Err     error  // the cause, for the log only; may be nil
}

// Error returns the message, with the hint when there is one.
func (e *Error) Error() string {
	if e.Hint != "" {
		return e.Message + " " + e.Hint
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New returns an error with a status, a code and a sentence.
func New(status int, code, message string) *Error {
	return &Error{Status: status, Code: code, Message: message}
}

// BadField returns a 400 that names the field: BadField("filter", "bad_filter", "…").
func BadField(field, code, message string) *Error {
	return &Error{Status: http.StatusBadRequest, Code: code, Message: message, Field: field}
}

// NotFound is the one answer for what does not exist and for what the asker may not know of; the two must not be told
// apart, so it is the same value, byte for byte.
var NotFound = &Error{Status: http.StatusNotFound, Code: "not_found", Message: "There is nothing here.",
	Hint: "Check the address, or go back to your sites."}

// Damaged is the answer about a site whose file can't be read. Other sites are not concerned.
var Damaged = &Error{Status: http.StatusServiceUnavailable, Code: "damaged_file", Message: "The file of this site is damaged and can't be read.",
	Hint: "Whoever runs Sandprint finds out more with “sandprint doctor”, and gets the site back from a backup with “sandprint restore”."}

// WithHint returns a copy of e that says what to do next.
func (e *Error) WithHint(hint string) *Error {
	c := *e
	c.Hint = hint
	return &c
}

// Because returns a copy of e with a cause for the log.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// Of returns err as an Error: itself when it is one (or wraps one), otherwise a neutral 500 whose Ref is new and random
// and whose Err is err. It returns nil for nil.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	ref := rand.Text()[:8]
	return &Error{Status: http.StatusInternalServerError, Code: "internal", Ref: ref, Err: err,
		Message: "Something went wrong on our side.",
		Hint:    "Try again; if it stays, look for " + ref + " in the service log."}
}
