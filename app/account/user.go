package account

import (
	"context"
	"errors"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// User is a person who signs in.
type User struct {
	Number   int64        `json:"number"` // by which the service log names them
	Email    string       `json:"email"`
	Operator bool         `json:"operator"` // runs the instance
	Ready    bool         `json:"ready"`    // has set a password
	Created  time.Time    `json:"created"`
	Members  []Membership `json:"members"` // by name of the customer
}

// Membership is a user's part in a customer.
type Membership struct {
	Customer string `json:"customer"`
	Role     Role   `json:"role"`
}

// NewUser is what AddUser is told.
type NewUser struct {
	Email    string
	Customer string // name, made if new; empty: the only one there is, or DefaultCustomer
	Role     Role   // empty: owner of a new customer, viewer of one that is there
	Password string // empty: none yet; hand them a link (NewLink)
}

// AddUser adds a user at the command line; one who is there already joins one more customer. The first user becomes
// the operator too and ends setup.
func (s *Service) AddUser(ctx context.Context, who Who, n NewUser) (user User, err error) {
	on := deed{actor: who.user}
	defer s.note(ctx, "user.add", &on, &err)
	if err := needLocal(who, "Adding a user"); err != nil {
		return User{}, err
	}
	email, err := checkEmail(n.Email)
	if err != nil {
		return User{}, err
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	customer, isNew, err := s.customerFor(ctx, n.Customer)
	if err != nil {
		return User{}, err
	}
	role, err := checkRole(n.Role, isNew)
	if err != nil {
		return User{}, err
	}
	old, err := s.control.UserByEmail(ctx, email)
	switch {
	case errors.Is(err, store.ErrNotFound):
		err = s.addUser(ctx, email, n.Password, customer, role)
	case err == nil:
		err = s.addMember(ctx, old, n.Password, customer, role)
	}
	if err != nil {
		return User{}, err
	}
	to, err := s.control.CustomerByName(ctx, customer)
	if err != nil {
		return User{}, err
	}
	user, err = s.user(ctx, email)
	on.customer, on.object = to.ID, user.Number
	return user, err
}

func (s *Service) addUser(ctx context.Context, email, password, customer string, role Role) (err error) {
	hash := ""
	if password != "" {
		if err := checkNewPassword(password, email); err != nil {
			return err
		}
		if hash, err = s.hashPassword(ctx, password); err != nil {
			return err
		}
	}
	_, err = s.control.AddUser(ctx, store.NewUser{Email: email, Password: hash, Customer: customer, Role: string(role), Created: time.Now()})
	if err != nil {
		return err
	}
	s.setup.Lock()
	defer s.setup.Unlock()
	return s.endSetup()
}

func (s *Service) addMember(ctx context.Context, user store.User, password, customer string, role Role) error {
	if password != "" {
		return problem.New(http.StatusConflict, "user_exists", user.Email+" is a user already and has a password.").
			WithHint("Leave the password out to add them to a customer, or use “sandprint user password”.")
	}
	err := s.control.AddMember(ctx, user.ID, customer, string(role))
	if errors.Is(err, store.ErrExists) {
		return problem.New(http.StatusConflict, "user_exists", user.Email+" is a user of "+quote(customer)+" already.").
			WithHint("Owners change roles on the page of people, in the settings of a site.")
	}
	return err
}

// customerFor returns the name of the customer meant at the command line, and whether it is still to be made.
func (s *Service) customerFor(ctx context.Context, name string) (string, bool, error) {
	all, err := s.control.Customers(ctx)
	if err != nil {
		return "", false, err
	}
	if name = strings.TrimSpace(name); name == "" {
		switch len(all) {
		case 0:
			return DefaultCustomer, true, nil
		case 1:
			return all[0].Name, false, nil
		}
		var names []string
		for _, c := range all {
			names = append(names, quote(c.Name))
		}
		return "", false, problem.BadField("customer", "customer_needed", "There are several customers: it isn't clear which one is meant.").
			WithHint("Name it with --customer: " + strings.Join(names, ", ") + ".")
	}
	for _, c := range all {
		if strings.EqualFold(c.Name, name) {
			return c.Name, false, nil
		}
	}
	return name, true, checkText("customer", "name of the customer", name, 100)
}

// Users returns all users, by e-mail address: for the command line and the operator.
func (s *Service) Users(ctx context.Context, who Who) ([]User, error) {
	if !who.Operator() {
		return nil, forbidden("Who uses this instance is shown to its operator only.", "")
	}
	users, err := s.control.Users(ctx)
	if err != nil {
		return nil, err
	}
	names, err := s.customerNames(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]User, len(users))
	for i, u := range users {
		all[i] = userOf(u, names)
	}
	return all, nil
}

// user returns one user as Users does.
func (s *Service) user(ctx context.Context, email string) (User, error) {
	u, err := s.control.UserByEmail(ctx, email)
	if err != nil {
		return User{}, err
	}
	names, err := s.customerNames(ctx)
	return userOf(u, names), err
}

func userOf(u store.User, customers map[int64]string) User {
	user := User{Number: u.ID, Email: u.Email, Operator: u.Operator, Ready: u.Password != "", Created: u.Created}
	for customer, role := range u.Roles {
		user.Members = append(user.Members, Membership{Customer: customers[customer], Role: Role(role)})
	}
	slices.SortFunc(user.Members, func(a, b Membership) int { return strings.Compare(a.Customer, b.Customer) })
	return user
}

// CustomerOf returns a customer whose owner the asker is; anybody else gets problem.NotFound. The operator erases others' at the command line.
func (s *Service) CustomerOf(ctx context.Context, who Who, number int64) (Customer, error) {
	all, err := s.control.Customers(ctx)
	for _, c := range all {
		if c.ID == number && !who.IsToken() && who.roleAt(number) == Owner {
			return c, nil
		}
	}
	if err == nil {
		err = problem.NotFound
	}
	return Customer{}, err
}

// Owned returns the customers whose owner the asker is, by name.
func (s *Service) Owned(ctx context.Context, who Who) ([]Customer, error) {
	all, err := s.control.Customers(ctx)
	return slices.DeleteFunc(all, func(c Customer) bool { return who.roleAt(c.ID) != Owner }), err
}

func (s *Service) customerNames(ctx context.Context) (map[int64]string, error) {
	all, err := s.control.Customers(ctx)
	names := map[int64]string{}
	for _, c := range all {
		names[c.ID] = c.Name
	}
	return names, err
}

// RemoveUser removes a user with their sessions, tokens and links, and customers that have neither users nor sites
// then. It refuses to remove the last owner of a customer that has sites.
func (s *Service) RemoveUser(ctx context.Context, who Who, email string) (err error) {
	on := deed{actor: who.user}
	defer s.note(ctx, "user.remove", &on, &err)
	if err := needLocal(who, "Removing a user"); err != nil {
		return err
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	user, err := s.userByEmail(ctx, email)
	if err != nil {
		return err
	}
	on.object = user.ID
	for customer := range user.Roles {
		on.customer = customer // of one whom several know, the others see that they are gone
	}
	if err := s.checkLastOwner(ctx, user); err != nil {
		return err
	}
	return s.control.DeleteUser(ctx, user.ID)
}

// checkLastOwner refuses when a customer with sites would be left without an owner.
func (s *Service) checkLastOwner(ctx context.Context, user store.User) error {
	users, err := s.control.Users(ctx)
	if err != nil {
		return err
	}
	sites, err := s.control.Sites(ctx)
	if err != nil {
		return err
	}
	names, err := s.customerNames(ctx)
	if err != nil {
		return err
	}
	for customer, role := range user.Roles {
		another := slices.ContainsFunc(users, func(u store.User) bool {
			return u.ID != user.ID && Role(u.Roles[customer]) == Owner
		})
		owns := slices.ContainsFunc(sites, func(site SiteInfo) bool { return site.Customer == customer })
		if Role(role) == Owner && !another && owns {
			return problem.New(http.StatusConflict, "last_owner", user.Email+" is the last owner of "+quote(names[customer])+", which has sites.").
				WithHint("Add another owner first (“sandprint user add --role owner”), or remove its sites.")
		}
	}
	return nil
}

// SetPassword sets a user's password at the command line. It ends all their sessions and links.
func (s *Service) SetPassword(ctx context.Context, who Who, email, password string) (err error) {
	on := deed{actor: who.user}
	defer s.note(ctx, "user.password", &on, &err)
	if err := needLocal(who, "Setting someone's password"); err != nil {
		return err
	}
	user, err := s.userByEmail(ctx, email)
	if err != nil {
		return err
	}
	on.object = user.ID
	return s.setPassword(ctx, user, password)
}

// ChangePassword sets the asker's own password, who must know the old one. It ends all their sessions and returns the id
// of a new one. It is throttled as SignIn is.
func (s *Service) ChangePassword(ctx context.Context, who Who, old, password, network string) (sessionID string, err error) {
	if err := s.changePassword(ctx, who, old, password, network); err != nil {
		return "", err
	}
	return s.newSession(ctx, who.user)
}

func (s *Service) changePassword(ctx context.Context, who Who, old, password, network string) (err error) {
	on := deed{who.user, 0, who.user}
	defer s.note(ctx, "user.password", &on, &err)
	if err := needUser(who); err != nil {
		return err
	}
	if err := checkNewPassword(password, who.email); err != nil {
		return err
	}
	user, err := s.knows(ctx, who.email, old, network)
	if err != nil {
		return err
	}
	return s.setPassword(ctx, user, password)
}

func (s *Service) setPassword(ctx context.Context, user store.User, password string) error {
	if err := checkNewPassword(password, user.Email); err != nil {
		return err
	}
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return notFound(s.control.SetPassword(ctx, user.ID, hash))
}

func checkRole(role Role, newCustomer bool) (Role, error) {
	switch {
	case role == "" && newCustomer:
		return Owner, nil
	case role == "":
		return Viewer, nil
	case role.rank() == 0:
		return "", problem.BadField("role", "bad_role", "There is no role "+quote(string(role))+".").
			WithHint("The roles are owner, admin, editor and viewer.")
	case newCustomer && role != Owner:
		return "", problem.BadField("role", "bad_role", "The first user of a new customer is its owner.").
			WithHint("Leave --role out, or name a customer that is there.")
	}
	return role, nil
}

// foldEmail makes addresses that differ in letter case one. (RFC 5321 lets the part before the @ tell case apart; no
// provider does.)
func foldEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// checkEmail returns an address as it is kept, or says what is wrong with it.
func checkEmail(email string) (string, error) {
	folded := foldEmail(email)
	a, err := mail.ParseAddress(folded)
	if err != nil || a.Address != folded || len(folded) > 254 {
		return "", problem.BadField("email", "bad_email", quote(email)+" is not an e-mail address.").
			WithHint("It looks like name@example.com.")
	}
	return folded, nil
}
