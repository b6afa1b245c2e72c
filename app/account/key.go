package account

import (
	"context"
	"crypto/rand"
	"errors"

	"sandprint/app/store"
)

const (
	cookieKeys = "cookie-keys" // the setting: keys one after another, newest first
	keyLength  = 32            // bytes
	maxKeys    = 2             // kept, so that cookies signed before a change are still good
)

// CookieKeys returns the keys, 32 random bytes each, that sign the session cookie: the newest first, to sign with; the
// others to check with. The first call of an instance makes one. They never leave the control file.
func (s *Service) CookieKeys(ctx context.Context) ([][]byte, error) {
	s.changing.Lock()
	defer s.changing.Unlock()
	all, err := s.control.Setting(ctx, cookieKeys)
	if errors.Is(err, store.ErrNotFound) {
		all, err = s.addCookieKey(ctx, nil)
	}
	if err != nil {
		return nil, err
	}
	if len(all) == 0 || len(all)%keyLength != 0 {
		return nil, errors.New("the keys that sign cookies are damaged in the control file")
	}
	var keys [][]byte
	for ; len(all) > 0; all = all[keyLength:] {
		keys = append(keys, all[:keyLength:keyLength])
	}
	return keys, nil
}

// ChangeCookieKey makes a new key to sign with and forgets all but the last one. Who runs on CookieKeys gets them anew.
func (s *Service) ChangeCookieKey(ctx context.Context) (err error) {
	defer s.note(ctx, "instance.cookie-key", &deed{}, &err)
	s.changing.Lock()
	defer s.changing.Unlock()
	old, err := s.control.Setting(ctx, cookieKeys)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	_, err = s.addCookieKey(ctx, old)
	return err
}

func (s *Service) addCookieKey(ctx context.Context, old []byte) ([]byte, error) {
	key := make([]byte, keyLength, keyLength+len(old))
	rand.Read(key)
	key = append(key, old...)
	key = key[:min(len(key), maxKeys*keyLength)]
	return key, s.control.SetSetting(ctx, cookieKeys, key)
}
