package account

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// Person is a user as the people of one of their customers see them: of other customers only whether there are any, and that to owners alone.
type Person struct {
	Number int64
	Email  string
	Role   Role // at the customer
	Ready  bool // has chosen a password
	You    bool // is the asker
	Alone  bool // belongs to no other customer and doesn't run the instance: removing them here removes them altogether. Told to those who may
}

// People returns the people of a site's customer, by e-mail address, for its admins and owners, and the customer's name.
func (s *Service) People(ctx context.Context, who Who, domain string) (people []Person, customer string, err error) {
	info, err := s.site(ctx, who, domain)
	if err != nil {
		return nil, "", err
	}
	if !who.CanManage(info) || who.IsToken() {
		return nil, "", forbidden("Who may see a site is shown to its admins and owners.", "Ask an owner of the site.")
	}
	names, err := s.customerNames(ctx)
	if err != nil {
		return nil, "", err
	}
	users, err := s.control.Users(ctx)
	for _, u := range users {
		if role := Role(u.Roles[info.Customer]); role != "" {
			people = append(people, Person{Number: u.ID, Email: u.Email, Role: role, Ready: u.Password != "", You: u.ID == who.user, Alone: who.CanInvite(info) && len(u.Roles) == 1 && !u.Operator})
		}
	}
	return people, names[info.Customer], err
}

// CanInvite reports whether the asker may add, change and remove the people of the site's customer.
func (w Who) CanInvite(site SiteInfo) bool { return w.role(site) == Owner && !w.IsToken() }

// errStranger refuses to add who has an account already, since they were let in by somebody else: whoever did may hold their link or know the password that was
// chosen, and would be let in too.
var errStranger = problem.BadField("email", "user_exists", "This address has an account here that is not one of your people.").
	WithHint("Who runs this instance can let them in: “sandprint user remove EMAIL”, as somebody else may know its password, then “sandprint user add EMAIL --customer NAME --role ROLE” for each customer.")

// peopleOf returns the site whose people an owner changes.
func (s *Service) peopleOf(ctx context.Context, who Who, domain string, on *deed) (SiteInfo, error) {
	info, err := s.site(ctx, who, domain)
	if err != nil {
		return info, err
	}
	on.customer = info.Customer
	if !who.CanInvite(info) {
		return info, forbidden("People are added, changed and removed by owners.", "Ask an owner of the site.")
	}
	return info, nil
}

// personOf returns one of a customer's people; anybody else is as if they were not there.
func (s *Service) personOf(ctx context.Context, info SiteInfo, number int64) (store.User, error) {
	user, err := s.control.User(ctx, number)
	if err == nil && user.Roles[info.Customer] == "" {
		err = store.ErrNotFound
	}
	return user, notFound(err)
}

// Invite adds a person to a site's customer and returns the secret of a link by which they choose a password. Only addresses that have no account
// yet are taken; a person without a password has only this customer then, and nobody else's link.
func (s *Service) Invite(ctx context.Context, who Who, domain, email string, role Role) (secret string, err error) {
	on := deed{actor: who.user}
	defer s.note(ctx, "user.add", &on, &err)
	info, err := s.peopleOf(ctx, who, domain, &on)
	if err != nil {
		return "", err
	}
	if email, err = checkEmail(email); err != nil {
		return "", err
	}
	if role, err = checkRole(role, false); err != nil {
		return "", err
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	names, err := s.customerNames(ctx)
	if err != nil {
		return "", err
	}
	switch old, err := s.control.UserByEmail(ctx, email); {
	case err == nil && old.Roles[info.Customer] != "":
		return "", problem.BadField("email", "user_exists", email+" is one of your people already.").WithHint("Change their role below.")
	case err == nil:
		return "", errStranger
	case !errors.Is(err, store.ErrNotFound):
		return "", err
	}
	user, err := s.control.AddUser(ctx, store.NewUser{Email: email, Customer: names[info.Customer], Role: string(role), Created: time.Now()})
	if err != nil {
		return "", err
	}
	on.object = user.ID
	return s.passwordLink(ctx, user)
}

// InviteAgain returns the secret of a further link for a person who has not chosen a password yet.
func (s *Service) InviteAgain(ctx context.Context, who Who, domain string, number int64) (secret, email string, err error) {
	on := deed{actor: who.user}
	defer s.note(ctx, "user.link", &on, &err)
	info, err := s.peopleOf(ctx, who, domain, &on)
	if err != nil {
		return "", "", err
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	user, err := s.personOf(ctx, info, number)
	if err != nil {
		return "", "", err
	}
	if user.Password != "" || user.Operator || len(user.Roles) > 1 {
		return "", "", problem.New(http.StatusConflict, "has_password", user.Email+" has an account of their own already.").
			WithHint("Who runs this instance makes a new link with “sandprint user password EMAIL”.")
	}
	on.object = user.ID
	secret, err = s.passwordLink(ctx, user)
	return secret, user.Email, err
}

// passwordLink makes a link by which a user chooses a password.
func (s *Service) passwordLink(ctx context.Context, user store.User) (secret string, err error) {
	secret = newSecret()
	return secret, s.control.AddLink(ctx, store.LoginLink{Hash: digest(secret), User: user.ID, Purpose: string(PasswordLink), Expires: time.Now().Add(linkLife[PasswordLink])})
}

// ChangeRole gives one of a customer's people another role. The last owner stays one.
func (s *Service) ChangeRole(ctx context.Context, who Who, domain string, number int64, role Role) (err error) {
	on := deed{actor: who.user}
	defer s.note(ctx, "user.role", &on, &err)
	info, err := s.peopleOf(ctx, who, domain, &on)
	if err != nil {
		return err
	}
	if role.rank() == 0 {
		return problem.BadField("role", "bad_role", "There is no role "+quote(string(role))+".").WithHint("The roles are owner, admin, editor and viewer.")
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	user, err := s.personOf(ctx, info, number)
	if err != nil {
		return err
	}
	on.object = user.ID
	if role != Owner {
		if err := s.checkOwnerLeft(ctx, info, user); err != nil {
			return err
		}
	}
	return notFound(s.control.UpdateMember(ctx, user.ID, info.Customer, string(role)))
}

// RemovePerson takes a person out of a site's customer. Who belongs to no other is removed altogether, with sessions, tokens and links; gone tells. The
// last owner stays, and nobody removes themselves.
func (s *Service) RemovePerson(ctx context.Context, who Who, domain string, number int64) (gone bool, err error) {
	on := deed{actor: who.user}
	defer s.note(ctx, "user.remove", &on, &err)
	info, err := s.peopleOf(ctx, who, domain, &on)
	if err != nil {
		return false, err
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	user, err := s.personOf(ctx, info, number)
	if err != nil {
		return false, err
	}
	on.object = user.ID
	if user.ID == who.user {
		return false, problem.New(http.StatusConflict, "yourself", "You can't remove yourself.").WithHint("Another owner can.")
	}
	if err := s.checkOwnerLeft(ctx, info, user); err != nil {
		return false, err
	}
	if len(user.Roles) == 1 && !user.Operator {
		return true, s.control.DeleteUser(ctx, user.ID)
	}
	return false, notFound(s.control.DeleteMember(ctx, user.ID, info.Customer))
}

// checkOwnerLeft refuses when a customer would be left without an owner.
func (s *Service) checkOwnerLeft(ctx context.Context, info SiteInfo, user store.User) error {
	if Role(user.Roles[info.Customer]) != Owner {
		return nil
	}
	users, err := s.control.Users(ctx)
	if err != nil || slices.ContainsFunc(users, func(u store.User) bool { return u.ID != user.ID && Role(u.Roles[info.Customer]) == Owner }) {
		return err
	}
	return problem.New(http.StatusConflict, "last_owner", user.Email+" is the last owner.").WithHint("Make somebody else an owner first.")
}
