package web

import (
	"net/http"
	"strconv"
	"strings"

	"sandprint/app/account"
	"sandprint/app/problem"
	"sandprint/views"
)

// peopleRoutes are the people who may see a site. Its admins see who they are; owners change them, which account holds to.
var peopleRoutes = []route{
	{"GET /sites/{domain}/people", siteManage, (*Server).people},
	{"POST /sites/{domain}/people", siteManage, (*Server).invite},
	{"POST /sites/{domain}/people/{id}/role", siteManage, (*Server).changeRole},
	{"POST /sites/{domain}/people/{id}/link", siteManage, (*Server).inviteAgain},
	{"GET /sites/{domain}/people/{id}/remove", siteManage, (*Server).removePersonForm},
	{"POST /sites/{domain}/people/{id}/remove", siteManage, (*Server).removePerson},
}

// people lists who may see a site, and adds to them.
func (s *Server) people(w http.ResponseWriter, c *call) error {
	return s.peoplePage(w, c, http.StatusOK, views.People{Saved: said(c)})
}

func (s *Server) peoplePage(w http.ResponseWriter, c *call, status int, m views.People) (err error) {
	m.Domain, m.CanChange = c.info.Domain, c.who.CanInvite(c.info)
	if m.List, m.Customer, err = s.Accounts.People(c.Context(), c.who, m.Domain); err != nil {
		return err
	}
	return s.html(w, c, status, views.PeoplePage(c.page("People"), m))
}

// peopleTrouble says on the page what was not done, and why.
func (s *Server) peopleTrouble(w http.ResponseWriter, c *call, m views.People, err error) error {
	wrong, status, err := wrongOf(err)
	if err != nil {
		return err
	}
	m.Wrong = wrong
	return s.peoplePage(w, c, status, m)
}

// invite adds a person and shows the link for them, this once.
func (s *Server) invite(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	m := views.People{Email: strings.TrimSpace(c.PostFormValue("email")), Role: c.PostFormValue("role")}
	secret, err := s.Accounts.Invite(c.Context(), c.who, c.info.Domain, m.Email, account.Role(m.Role))
	if err != nil {
		return s.peopleTrouble(w, c, m, err)
	}
	return s.peoplePage(w, c, http.StatusCreated, views.People{Link: c.origin() + "/link/" + secret, LinkFor: m.Email})
}

// inviteAgain shows a further link for a person who has not chosen a password yet.
func (s *Server) inviteAgain(w http.ResponseWriter, c *call) error {
	number, err := c.person()
	if err != nil {
		return err
	}
	secret, email, err := s.Accounts.InviteAgain(c.Context(), c.who, c.info.Domain, number)
	if err != nil {
		return s.peopleTrouble(w, c, views.People{}, err)
	}
	return s.peoplePage(w, c, http.StatusCreated, views.People{Link: c.origin() + "/link/" + secret, LinkFor: email})
}

func (s *Server) changeRole(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	number, err := c.person()
	if err != nil {
		return err
	}
	role := account.Role(c.PostFormValue("role"))
	if err := s.Accounts.ChangeRole(c.Context(), c.who, c.info.Domain, number, role); err != nil {
		return s.peopleTrouble(w, c, views.People{}, err)
	}
	if number == c.who.Number() && role != account.Admin && role != account.Owner {
		return redirect(w, sitePath(c.info.Domain, "")) // who is neither can't see this page any more
	}
	return redirect(w, sitePath(c.info.Domain, "/people?done=role"))
}

// person returns the number in the address.
func (c *call) person() (int64, error) {
	number, err := strconv.ParseInt(c.PathValue("id"), 10, 64)
	if err != nil {
		return 0, problem.NotFound
	}
	return number, nil
}

func (s *Server) removePersonForm(w http.ResponseWriter, c *call) error {
	return s.removalPage(w, c, http.StatusOK, views.Wrong{})
}

// removalPage says what goes with a person, and asks for the password unless it was just given.
func (s *Server) removalPage(w http.ResponseWriter, c *call, status int, wrong views.Wrong) error {
	number, err := c.person()
	if err != nil {
		return err
	}
	people, customer, err := s.Accounts.People(c.Context(), c.who, c.info.Domain)
	if err != nil {
		return err
	}
	if !c.who.CanInvite(c.info) {
		return errRole
	}
	for _, p := range people {
		if p.Number != number || p.You {
			continue
		}
		confirmed, err := s.Accounts.Confirmed(c.Context(), c.session)
		if err != nil {
			return err
		}
		return s.html(w, c, status, views.PersonRemoval(c.page("Remove a person"), views.Removal{Domain: c.info.Domain, Customer: customer, Person: p, AskPassword: !confirmed, Wrong: wrong}))
	}
	return problem.NotFound
}

// removePerson takes a person out, once the asker has shown that it is them.
func (s *Server) removePerson(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	number, err := c.person()
	if err != nil {
		return err
	}
	if !c.who.CanInvite(c.info) {
		return errRole
	}
	if err := s.Accounts.Confirm(c.Context(), c.who, c.session, c.PostFormValue("password"), s.network(c)); err != nil {
		if p := problem.Of(err); p.Code == "bad_credentials" {
			err = problem.BadField("password", "bad_credentials", "This is not your password, so nobody was removed.")
		}
		wrong, status, err := wrongOf(err)
		if err != nil {
			return err
		}
		return s.removalPage(w, c, status, wrong)
	}
	gone, err := s.Accounts.RemovePerson(c.Context(), c.who, c.info.Domain, number)
	if err != nil {
		return s.peopleTrouble(w, c, views.People{}, err)
	}
	if gone {
		if err := s.Privacy.FinishUsers(c.Context()); err != nil {
			return err
		}
	}
	return redirect(w, sitePath(c.info.Domain, "/people?done=person-removed"))
}
