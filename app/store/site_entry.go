package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

const siteColumns = "id, number, customer, domain, zone, mode, created, settings"

func scanSite(row scanner) (s SiteInfo, err error) {
	var zone, settings string
	var created int64
	if err := row.Scan(&s.ID, &s.Number, &s.Customer, &s.Domain, &zone, &s.Mode, &created, &settings); err != nil {
		return SiteInfo{}, rowError(err)
	}
	s.Created = time.Unix(created, 0).UTC()
	if s.Zone, err = time.LoadLocation(zone); err != nil {
		return SiteInfo{}, fmt.Errorf("time zone of site %d: %w", s.Number, err)
	}
	if err := json.Unmarshal([]byte(settings), &s.Settings); err != nil {
		return SiteInfo{}, fmt.Errorf("settings of site %d: %w", s.Number, err)
	}
	return s, nil
}

// Sites returns all sites, by domain.
func (c *Control) Sites(ctx context.Context) ([]SiteInfo, error) {
	return list(ctx, c.read, scanSite, "SELECT "+siteColumns+" FROM site ORDER BY domain")
}

// SiteByDomain returns the site of that domain, written as SiteInfo.Domain is.
func (c *Control) SiteByDomain(ctx context.Context, domain string) (SiteInfo, error) {
	return scanSite(c.read.QueryRowContext(ctx, "SELECT "+siteColumns+" FROM site WHERE domain = ?", domain))
}

// newSiteID returns 128 random bits in hex.
func newSiteID() string {
	var id [16]byte
	rand.Read(id[:])
	return hex.EncodeToString(id[:])
}

// AddSite adds a site to the control file and returns it with its Number and, unless they were set, its ID and Created
// filled in. The site's own file is Store.AddSite's. ErrExists: the domain is taken. ErrNotFound: no such customer.
func (c *Control) AddSite(ctx context.Context, s SiteInfo) (SiteInfo, error) {
	if s.ID == "" {
		s.ID = newSiteID()
	}
	if s.Created.IsZero() {
		s.Created = time.Now()
	}
	settings, err := json.Marshal(s.Settings)
	if err != nil {
		return SiteInfo{}, err
	}
	const add = "INSERT INTO site (id, customer, domain, zone, mode, created, settings) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING "
	return scanSite(c.write.QueryRowContext(ctx, add+siteColumns,
		s.ID, s.Customer, s.Domain, s.Zone.String(), s.Mode, s.Created.Unix(), string(settings)))
}

// UpdateSite writes the customer, domain, zone, mode and settings of the site s.ID.
func (c *Control) UpdateSite(ctx context.Context, s SiteInfo) error {
	settings, err := json.Marshal(s.Settings)
	if err != nil {
		return err
	}
	return c.execOne(ctx, "UPDATE site SET customer = ?, domain = ?, zone = ?, mode = ?, settings = ? WHERE id = ?",
		s.Customer, s.Domain, s.Zone.String(), s.Mode, string(settings), s.ID)
}
