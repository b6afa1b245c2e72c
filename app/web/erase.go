package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sandprint/app/account"
	"sandprint/app/privacy"
	"sandprint/app/problem"
	"sandprint/views"
)

// eraseRoutes are erasures, and what is told of them. A form is sent twice: first it is answered with exactly what will go, then, with the name
// typed and the password given, it is done: in the background, so that it goes on whatever becomes of the browser. The page of its receipt tells how far it is;
// it names nobody, and whoever has its number may see it: after a customer's erasure nobody of theirs can sign in any more.
var eraseRoutes = []route{
	{"GET /sites/{domain}/erase", siteErase, (*Server).eraseForm},
	{"POST /sites/{domain}/erase", siteErase, (*Server).erase},
	{"GET /customers/{id}/erase", signedIn, (*Server).eraseCustomerForm},
	{"POST /customers/{id}/erase", signedIn, (*Server).eraseCustomer},
	{"GET /receipts", anyone, (*Server).receipts},
	{"GET /receipts/{number}", anyone, (*Server).receipt},
}

// eraseForm asks what of a site is to be erased.
func (s *Server) eraseForm(w http.ResponseWriter, c *call) error {
	what := c.URL.Query().Get("what")
	if what == "site" {
		return s.previewErasure(w, c, http.StatusOK, views.EraseForm{What: what}, privacy.Order{Site: c.info, All: true})
	}
	return s.erasePage(w, c, http.StatusOK, views.EraseForm{What: what})
}

// erasePage shows the form, for the site or the customer that it is about.
func (s *Server) erasePage(w http.ResponseWriter, c *call, status int, f views.EraseForm) error {
	title := "Erase"
	if c.info.ID != "" {
		f.Domain, f.Name, f.Cookieless = c.info.Domain, c.info.Domain, c.info.Mode == "cookieless"
		f.Action = sitePath(f.Domain, "/erase")
	}
	f.Page = c.page(title)
	return s.html(w, c, status, views.Erase(f))
}

// previewErasure shows exactly what an order would erase, with the form that does it.
func (s *Server) previewErasure(w http.ResponseWriter, c *call, status int, f views.EraseForm, o privacy.Order) error {
	going, err := s.Privacy.Preview(c.Context(), o)
	if err != nil {
		return s.eraseTrouble(w, c, f, privacy.Told(err))
	}
	confirmed, err := s.Accounts.Confirmed(c.Context(), c.session)
	if err != nil {
		return err
	}
	f.Going, f.AskPassword = &going, !confirmed
	return s.erasePage(w, c, status, f)
}

// eraseTrouble says in the form what of the asker's is wrong.
func (s *Server) eraseTrouble(w http.ResponseWriter, c *call, f views.EraseForm, err error) error {
	wrong, status, err := wrongOf(err)
	if err != nil {
		return err
	}
	f.Wrong = wrong
	return s.erasePage(w, c, status, f)
}

// erase answers the form of a site: with what will go, with a visitor's record as a file, or by erasing.
func (s *Server) erase(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	f := views.EraseForm{What: c.PostFormValue("what"), Visitor: strings.TrimSpace(c.PostFormValue("visitor")), Before: c.PostFormValue("before")}
	o, err := s.orderOf(c, f)
	if err != nil {
		return s.eraseTrouble(w, c, f, err)
	}
	if c.PostFormValue("do") == "record" && f.What == "visitor" {
		record, err := s.Privacy.Show(c.Context(), o)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Disposition", `attachment; filename="visitor.json"`)
		return s.json(w, c, http.StatusOK, record)
	}
	return s.eraseSure(w, c, f, o, c.info.Domain)
}

// eraseSure erases when the name was typed and the person has just shown that it is them; otherwise it says what will go.
func (s *Server) eraseSure(w http.ResponseWriter, c *call, f views.EraseForm, o privacy.Order, name string) error {
	if c.PostFormValue("do") != "erase" {
		return s.previewErasure(w, c, http.StatusOK, f, o)
	}
	if f.Typed = strings.TrimSpace(c.PostFormValue("confirm")); !strings.EqualFold(f.Typed, name) {
		f.Wrong = views.Wrong{Field: "confirm", Message: "The name that you typed is another, so nothing was erased."}
		return s.previewErasure(w, c, http.StatusBadRequest, f, o)
	}
	if err := s.Accounts.Confirm(c.Context(), c.who, c.session, c.PostFormValue("password"), s.network(c)); err != nil {
		if p := problem.Of(err); p.Code == "bad_credentials" {
			err = problem.BadField("password", "bad_credentials", "This is not your password, so nothing was erased.")
		}
		var status int
		if f.Wrong, status, err = wrongOf(err); err != nil {
			return err
		}
		return s.previewErasure(w, c, status, f, o)
	}
	number, err := s.Privacy.Begin(c.Context(), o)
	action, customer, object := o.Deed()
	if err = s.Accounts.Note(c.Context(), c.who, action, customer, object, err); err != nil {
		return s.eraseTrouble(w, c, f, privacy.Told(err))
	}
	return redirect(w, "/receipts/"+number)
}

// orderOf returns what the form of a site asks for.
func (s *Server) orderOf(c *call, f views.EraseForm) (o privacy.Order, err error) {
	o.Site = c.info
	switch f.What {
	case "site":
		o.All = true
		return o, nil
	case "visitor":
		if f.Visitor == "" {
			return o, problem.BadField("visitor", "empty", "It is not said who.").WithHint("Paste the value of the cookie _sp, or what an imported file called “visitor”.")
		}
		o.Keys, err = s.VisitorKeys(c.Context(), o.Site, strings.TrimPrefix(f.Visitor, "_sp="))
		return o, privacy.Told(err)
	case "before":
		if o.Before, err = time.ParseInLocation(time.DateOnly, f.Before, o.Site.Zone); err != nil {
			return o, problem.BadField("before", "bad_day", "“"+f.Before+"” is no day.").WithHint("It looks like 2026-01-31.")
		}
		if o.Before.After(time.Now().AddDate(0, 0, 1)) {
			return o, problem.BadField("before", "bad_day", "That day is in the future.").WithHint("To erase everything, erase the site.")
		}
		return o, nil
	}
	return o, problem.BadField("what", "bad_kind", "It is not said what is to be erased.").WithHint("Choose one.")
}

// customerOf returns the customer of {id}, whose owner the asker is.
func (s *Server) customerOf(c *call) (account.Customer, error) {
	id, err := strconv.ParseInt(c.PathValue("id"), 10, 64)
	if err != nil {
		return account.Customer{}, problem.NotFound
	}
	return s.Accounts.CustomerOf(c.Context(), c.who, id)
}

func (s *Server) eraseCustomerForm(w http.ResponseWriter, c *call) error {
	customer, err := s.customerOf(c)
	if err != nil {
		return err
	}
	return s.previewErasure(w, c, http.StatusOK, customerForm(customer), privacy.Order{Customer: customer})
}

func (s *Server) eraseCustomer(w http.ResponseWriter, c *call) error {
	customer, err := s.customerOf(c)
	if err == nil {
		err = c.formError()
	}
	if err != nil {
		return err
	}
	return s.eraseSure(w, c, customerForm(customer), privacy.Order{Customer: customer}, customer.Name)
}

func customerForm(c account.Customer) views.EraseForm {
	return views.EraseForm{What: "customer", Name: c.Name, Action: "/customers/" + strconv.FormatInt(c.ID, 10) + "/erase"}
}

// isReceipt reports whether a request is for a receipt, which visitors are led to too.
func isReceipt(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/receipts") }

// receipts asks for the number of a receipt, and leads to it.
func (s *Server) receipts(w http.ResponseWriter, c *call) error {
	number := strings.ToUpper(strings.TrimSpace(c.URL.Query().Get("number")))
	if number == "" {
		return s.html(w, c, http.StatusOK, views.ReceiptSearch(plain(c.page("Receipt of an erasure")), "", views.Wrong{}))
	}
	if _, err := s.Privacy.Standing(c.Context(), number); err != nil {
		if !errors.Is(err, problem.NotFound) {
			return err
		}
		wrong := views.Wrong{Field: "number", Message: "There is no receipt of this number.", Hint: "It has 26 letters and digits."}
		return s.html(w, c, http.StatusNotFound, views.ReceiptSearch(plain(c.page("Receipt of an erasure")), number, wrong))
	}
	return redirect(w, "/receipts/"+number)
}

// receipt shows a receipt or, while the erasure goes on, how far it is.
func (s *Server) receipt(w http.ResponseWriter, c *call) error {
	standing, err := s.Privacy.Standing(c.Context(), c.PathValue("number"))
	if err != nil {
		return err
	}
	page := plain(c.page("Receipt of an erasure"))
	if standing.Receipt == nil {
		page.Refresh, page.Scripts = 2, []string{"again.js"}
		if standing.Failed != "" {
			page.Refresh = 60
		}
	}
	return s.html(w, c, http.StatusOK, views.Receipt(page, standing))
}
