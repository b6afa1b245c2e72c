package account

import (
	"context"
	"crypto/subtle"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// SetupFile is the name of the file in the data directory, readable by its owner only, that holds the setup token.
const SetupFile = "setup-token"

const setupLife = time.Hour

// DefaultCustomer is the customer made when none was named and there is none: someone alone never sees it.
const DefaultCustomer = "Main"

// setup is the token by which the first user claims the instance.
type setup struct {
	sync.Mutex
	token   string
	expires time.Time
}

// errSetupToken refuses a claim while the instance is still there to be claimed.
var errSetupToken = problem.New(http.StatusForbidden, "bad_setup_token", "This setup link is wrong or has run out.").
	WithHint("Start Sandprint again: it prints a new one, and writes it to the file " + SetupFile + " in its data directory.")

// SetupToken returns the token by which the first user claims the instance, to be printed by serve; empty when setup is
// over. It is 130 random bits, good for an hour from the first call of this process, and also in the file SetupFile, from
// where a restart takes it up again.
func (s *Service) SetupToken(ctx context.Context) (string, error) {
	s.setup.Lock()
	defer s.setup.Unlock()
	over, err := s.control.SetupOver(ctx)
	if err != nil {
		return "", err
	}
	if over {
		return "", s.endSetup()
	}
	if time.Now().Before(s.setup.expires) {
		return s.setup.token, nil
	}
	token := newSecret()
	file := filepath.Join(s.control.Dir(), SetupFile)
	if old, err := os.ReadFile(file); err == nil && len(old) == len(token)+1 && s.setup.token == "" {
		token = string(old[:len(token)])
	}
	if err := s.endSetup(); err != nil {
		return "", err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(token + "\n")
	if err = errors.Join(err, f.Close()); err != nil {
		return "", err
	}
	s.setup.token, s.setup.expires = token, time.Now().Add(setupLife)
	return token, nil
}

// SetupOpen reports whether the instance is still there to be claimed. Once it is not, it never is again.
func (s *Service) SetupOpen(ctx context.Context) (bool, error) {
	over, err := s.control.SetupOver(ctx)
	return !over, err
}

// CheckSetup tells whether a claim with this token would be heard: nil; problem.NotFound once setup is over; otherwise
// a refusal (403).
func (s *Service) CheckSetup(ctx context.Context, token string) error {
	s.setup.Lock()
	defer s.setup.Unlock()
	return s.checkSetup(ctx, token)
}

func (s *Service) checkSetup(ctx context.Context, token string) error {
	over, err := s.control.SetupOver(ctx)
	switch {
	case err != nil:
		return err
	case over:
		return problem.NotFound
	case subtle.ConstantTimeCompare([]byte(token), []byte(s.setup.token)) != 1 || !time.Now().Before(s.setup.expires):
		return errSetupToken
	}
	return nil
}

// Claim makes the first user, owner of the customer DefaultCustomer and operator of the instance, and signs them in.
// Of any number of claims one succeeds; from then on all get problem.NotFound, also when all users are removed.
func (s *Service) Claim(ctx context.Context, token, email, password string) (sessionID string, err error) {
	user, err := s.claim(ctx, token, email, password)
	if err != nil {
		return "", err
	}
	return s.newSession(ctx, user)
}

// claim makes the first user and returns their number.
func (s *Service) claim(ctx context.Context, token, email, password string) (number int64, err error) {
	var on deed
	defer s.note(ctx, "user.add", &on, &err)
	s.setup.Lock()
	defer s.setup.Unlock()
	if err := s.checkSetup(ctx, token); err != nil {
		return 0, err
	}
	email, err = checkEmail(email)
	if err != nil {
		return 0, err
	}
	if err := checkNewPassword(password, email); err != nil {
		return 0, err
	}
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return 0, err
	}
	user, err := s.control.AddUser(ctx, store.NewUser{Email: email, Password: hash, Customer: DefaultCustomer,
		Role: string(Owner), Created: time.Now(), Claim: true})
	if errors.Is(err, store.ErrExists) {
		return 0, problem.NotFound
	}
	if err != nil {
		return 0, err
	}
	on.actor, on.object = user.ID, user.ID
	for customer := range user.Roles {
		on.customer = customer
	}
	return user.ID, s.endSetup()
}

// endSetup removes the setup token, if any. The caller holds the lock.
func (s *Service) endSetup() error {
	s.setup.token, s.setup.expires = "", time.Time{}
	err := os.Remove(filepath.Join(s.control.Dir(), SetupFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
