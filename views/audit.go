package views

import (
	"strconv"

	"sandprint/app/account"
)

// AuditPage is what people did, the newest first.
type AuditPage struct {
	Page  Page
	Rows  []account.AuditRow
	First bool  // the newest entry is on the page
	Next  int64 // the following page begins before this entry; 0: there is none
	All   bool  // entries of the whole instance, as its operator sees them
}

// deeds are what the actions of the audit log are called, in the past.
var deeds = map[string]string{
	"user.add": "Added a person", "user.remove": "Removed a person", "user.link": "Made a link that signs a person in", "user.password": "Set a password",
	"user.sign-in": "Signed in", "user.sign-out": "Signed out", "user.sign-out-everywhere": "Signed out everywhere",
	"user.confirm": "Gave the password again", "user.role": "Changed a person’s role",
	"token.add": "Made a token", "token.revoke": "Revoked a token",
	"site.add": "Added a site", "site.change": "Changed a site's settings", "site.mode": "Changed how visitors of a site are recognised",
	"site.retention": "Changed how long a site keeps things", "site.rules": "Changed a site's rules of what counts", "site.preset": "Chose a country's settings for a site", "site.remove": "Removed a site", "site.import": "Imported hits",
	"site.erase-visitor": "Erased a visitor", "site.erase-before": "Erased what began before a day",
	"segment.add": "Saved a segment", "segment.change": "Changed a segment", "segment.remove": "Removed a segment",
	"annotation.add": "Wrote an annotation", "annotation.change": "Changed an annotation", "annotation.remove": "Removed an annotation",
	"customer.erase": "Erased a customer", "instance.backup": "Made a backup", "instance.restore": "Restored a backup",
	"instance.cookie-key": "Changed the key that signs cookies", "instance.change": "Changed the settings of the instance", "instance.limits": "Changed how long things are kept on the instance",
	"instance.terms": "Wrote the terms of use", "instance.privacy": "Wrote the instance's privacy policy", "site.publish": "Put a text about privacy on a site",
}

// deed says what was done.
func (p AuditPage) deed(r account.AuditRow) string {
	if text, ok := deeds[r.Action]; ok {
		return p.Page.Words.T(text)
	}
	return r.Action
}

// actor says who did it.
func (p AuditPage) actor(r account.AuditRow) string {
	w := p.Page.Words
	switch {
	case r.ActorName != "":
		return r.ActorName
	case r.Actor != 0:
		return w.F("person %s", strconv.FormatInt(r.Actor, 10))
	case r.Action == "user.sign-in":
		return w.T("somebody unknown")
	}
	return w.T("who has the machine")
}

// object says what it was done to; empty: to nothing but the actor's own.
func (p AuditPage) object(r account.AuditRow) string {
	switch {
	case r.ObjectName != "" && r.ObjectName != r.ActorName:
		return r.ObjectName
	case r.Object == 0 || r.ObjectName != "" || r.Object == r.Actor && r.Action[:5] == "user.":
		return ""
	}
	return p.Page.Words.F("number %s", strconv.FormatInt(r.Object, 10))
}

// results are what the results are called.
var results = map[string]string{"done": "done", "refused": "refused", "failed": "failed"}

func (p AuditPage) next() string { return "/audit?from=" + strconv.FormatInt(p.Next, 10) }
