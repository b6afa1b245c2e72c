package store

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// auditOf returns a control file with five entries, one a day.
func auditOf(t *testing.T) (c *Control, first time.Time) {
	t.Helper()
	c, err := OpenControl(filepath.Join(t.TempDir(), "control.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	first = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	for day := range 5 {
		a := AuditEntry{At: first.AddDate(0, 0, day), Actor: int64(day % 2), Customer: 3, Action: "site.add", Object: int64(day), Result: AuditDone}
		if err := c.AddAudit(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	return c, first
}

// What is let go of for its age leaves a chain that can be checked and goes on; also when nothing is left.
func TestAuditIsLetGoOf(t *testing.T) {
	c, first := auditOf(t)
	for _, step := range []struct {
		before     time.Time
		went, left int
	}{{first, 0, 5}, {first.AddDate(0, 0, 2), 2, 3}, {first.AddDate(0, 0, 2), 0, 3}, {first.AddDate(1, 0, 0), 3, 0}} {
		n, err := c.ForgetAudit(t.Context(), step.before)
		left, check := c.CheckAudit(t.Context())
		if err != nil || check != nil || int(n) != step.went || left != step.left {
			t.Errorf("before %v went %d, left are %d; %v, %v", step.before, n, left, err, check)
		}
	}
	if err := c.AddAudit(t.Context(), AuditEntry{At: first, Action: "site.remove", Result: AuditDone}); err != nil {
		t.Fatal(err)
	}
	all, err := c.Audit(t.Context(), AuditQuery{All: true, Limit: 10})
	if n, check := c.CheckAudit(t.Context()); err != nil || check != nil || n != 1 || all[0].ID != 6 {
		t.Errorf("%d entries, %+v, %v, %v", n, all, err, check)
	}
}

// Entries that a clock that went back left out of order go only once all before them are old: the chain has no holes.
func TestAuditOfAClockThatWentBack(t *testing.T) {
	c, first := auditOf(t)
	if err := c.AddAudit(t.Context(), AuditEntry{At: first.AddDate(-2, 0, 0), Action: "site.add", Result: AuditDone}); err != nil {
		t.Fatal(err)
	}
	if n, err := c.ForgetAudit(t.Context(), first.AddDate(-1, 0, 0)); err != nil || n != 0 {
		t.Errorf("%d went, %v", n, err)
	}
	if _, err := c.CheckAudit(t.Context()); err != nil {
		t.Error(err)
	}
}

// Whatever is changed in the table, the chain tells.
func TestAuditTellsOfChanges(t *testing.T) {
	for _, edit := range []string{
		"UPDATE audit SET actor = 9 WHERE id = 2", "UPDATE audit SET at = at + 1 WHERE id = 2", "UPDATE audit SET customer = 0 WHERE id = 5",
		"UPDATE audit SET action = 'site.remove' WHERE id = 1", "UPDATE audit SET object = 9 WHERE id = 3", "UPDATE audit SET result = 'failed' WHERE id = 3",
		"UPDATE audit SET action = 'site.add' || char(0) || 'd', result = 'one' WHERE id = 3", "UPDATE audit SET id = 7 WHERE id = 5",
		"DELETE FROM audit WHERE id = 1", "DELETE FROM audit WHERE id = 3", "DELETE FROM audit WHERE id = 5", "DELETE FROM audit",
		`INSERT INTO setting VALUES ('audit-anchor', CAST('{"number":1}' AS BLOB))`,
		"INSERT INTO audit SELECT 6, at, actor, customer, action, object, result, link FROM audit WHERE id = 5",
	} {
		c, _ := auditOf(t)
		if _, err := c.CheckAudit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := c.write.Exec(edit); err != nil {
			t.Fatal(edit, err)
		}
		if _, err := c.CheckAudit(t.Context()); !errors.Is(err, ErrDamaged) {
			t.Errorf("after %s: %v", edit, err)
		}
	}
}

// Who asks for a customer's entries gets those, and of people only what is of no customer.
func TestWhoseAuditItIs(t *testing.T) {
	c, first := auditOf(t)
	for _, a := range []AuditEntry{
		{Actor: 7, Action: "user.sign-in", Object: 7}, {Action: "user.password", Object: 7}, {Actor: 8, Action: "user.sign-in", Object: 8},
		{Actor: 7, Customer: 4, Action: "site.add", Object: 7}, {Action: "instance.backup"}, {Action: "token.revoke", Object: 7},
	} {
		a.At, a.Result = first, AuditDone
		if err := c.AddAudit(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	for _, ask := range []struct {
		why   string
		query AuditQuery
		want  []int64
	}{
		{"everything", AuditQuery{All: true}, []int64{11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}},
		{"of a customer", AuditQuery{Customers: []int64{3}}, []int64{5, 4, 3, 2, 1}},
		{"of a customer with a person who is at another's too", AuditQuery{Customers: []int64{3}, Users: []int64{7}}, []int64{7, 6, 5, 4, 3, 2, 1}},
		{"nothing", AuditQuery{}, nil},
		{"nobody's number is no person", AuditQuery{Users: []int64{0}}, nil},
		{"from one on", AuditQuery{Customers: []int64{3}, Before: 3}, []int64{2, 1}},
	} {
		ask.query.Limit = 20
		all, err := c.Audit(t.Context(), ask.query)
		var got []int64
		for _, a := range all {
			got = append(got, a.ID)
		}
		if err != nil || !slices.Equal(got, ask.want) {
			t.Errorf("%s: %v, want %v, %v", ask.why, got, ask.want, err)
		}
	}
}
