package account

import (
	"log/slog"
	"net/http"

	"sandprint/app/problem"
)

// Role is what a user may do with the sites of a customer.
type Role string

// The roles, each with the rights of those after it.
const (
	Owner  Role = "owner"
	Admin  Role = "admin"
	Editor Role = "editor"
	Viewer Role = "viewer"
)

// Roles lists the roles, the strongest first.
var Roles = []Role{Owner, Admin, Editor, Viewer}

// rank orders roles; what is no role is 0.
func (r Role) rank() int {
	for i, role := range Roles {
		if r == role {
			return len(Roles) - i
		}
	}
	return 0
}

func (r Role) atLeast(least Role) bool { return r.rank() >= least.rank() }

// Scope is what a token is for.
type Scope string

// The scopes. Write may read.
const (
	Read  Scope = "read"
	Write Scope = "write"
)

// Who is the asker: nobody (the zero value), a user, a token, or the person at the command line (Local). It is a
// snapshot: get a new one for each request.
type Who struct {
	user     int64
	email    string
	operator bool
	local    bool
	roles    map[int64]Role // by customer
	scope    Scope          // of a token; empty: not a token
	site     string         // id of the one site that a token is for; empty: any
}

// Local returns the person at the machine's command line. Whoever can run a command on the data directory owns it, and
// so may do everything.
func Local() Who { return Who{local: true} }

// Signed reports whether the asker is known: a user, a token or the person at the command line.
func (w Who) Signed() bool { return w.user != 0 || w.local }

// IsToken reports whether the asker is a program with a token, not a person.
func (w Who) IsToken() bool { return w.scope != "" }

// Number returns the number by which the service log names the user; 0 for nobody and at the command line.
func (w Who) Number() int64 { return w.user }

// Email returns the user's e-mail address; empty for nobody and at the command line.
func (w Who) Email() string { return w.email }

// Operator reports whether the asker runs the instance, and so may see sizes and health of all of it. It gives no
// right to reports. A token never is the operator.
func (w Who) Operator() bool { return w.local || w.operator && !w.IsToken() }

// CanRead reports whether the asker may read the site's reports.
func (w Who) CanRead(site SiteInfo) bool { return w.role(site).atLeast(Viewer) }

// CanWrite reports whether the asker may change the site's settings and, as a program, send hits in its name.
func (w Who) CanWrite(site SiteInfo) bool { return w.role(site).atLeast(Editor) }

// CanManage reports whether the asker may remove the site.
func (w Who) CanManage(site SiteInfo) bool { return w.role(site).atLeast(Admin) }

// CanAdd reports whether there is a customer to whom the asker may add a site.
func (w Who) CanAdd() bool {
	for customer := range w.roles {
		if w.roleAt(customer).atLeast(Admin) && w.site == "" {
			return true
		}
	}
	return w.local
}

// LogValue names the asker by number only.
func (w Who) LogValue() slog.Value { return slog.Int64Value(w.user) }

// String names the asker by kind only, so that no address gets into a text by accident.
func (w Who) String() string {
	switch {
	case w.local:
		return "the command line"
	case w.IsToken():
		return "a token"
	case w.user != 0:
		return "a user"
	}
	return "nobody"
}

// role returns the asker's role for a site; empty: none, the site isn't there for them.
func (w Who) role(site SiteInfo) Role {
	if w.site != "" && w.site != site.ID {
		return ""
	}
	role := w.roleAt(site.Customer)
	if w.site != "" && role.atLeast(Admin) {
		return Editor
	}
	return role
}

// roleAt returns the asker's role at a customer; empty: not a member.
func (w Who) roleAt(customer int64) Role {
	role := w.roles[customer]
	switch {
	case w.local:
		return Owner
	case w.scope == Read && role != "":
		return Viewer
	}
	return role
}

// needLocal refuses everyone but the person at the command line.
func needLocal(who Who, what string) error {
	if who.local {
		return nil
	}
	return forbidden(what+" is done at the command line.", "Ask who runs this instance.")
}

// needUser refuses everyone but a signed-in person.
func needUser(who Who) error {
	if who.user != 0 && !who.IsToken() {
		return nil
	}
	return problem.New(http.StatusUnauthorized, "signed_out", "You are not signed in.").WithHint("Sign in and try again.")
}
